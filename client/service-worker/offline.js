/** The page for when there is no network: it goes away by itself. */
import "../ui/main.js";
import { byId } from "../ui/dom.js";

const AGAIN_MS = 4000;
const PAGE = "/offline";

/** Opened at the address that was wanted; only its own address leads nowhere. */
function goOn() {
  if (location.pathname === PAGE) location.replace("/");
  else location.reload();
}

async function look() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) goOn();
  } catch {
    console.info("The server cannot be reached yet.");
  }
}

byId("try-again", HTMLButtonElement).addEventListener("click", goOn);
window.addEventListener("online", () => void look());
setInterval(() => {
  if (!document.hidden) void look();
}, AGAIN_MS);
