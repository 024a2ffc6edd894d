/** The page of notifications: what forms cannot do is to ask this browser for pushes. */
import "../account/main.js";
import { ApiError, api } from "../ui/api.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { judge, nameBrowser, subscribe } from "./subscription.js";

const WHY = {
  ready: "",
  insecure: t("Browsers take notifications on HTTPS pages only. Open crowdcount by its https address."),
  install: t("On iPhone and iPad first add crowdcount to the home screen (Share, Add to Home Screen) and open it there."),
  unsupported: t("This browser does not take notifications."),
};
const DENIED = t("This browser has notifications for this page blocked. Allow them in its settings for this site, then reload.");

const section = byId("push", HTMLElement);
const line = byId("push-state", HTMLElement);
const button = byId("push-add", HTMLButtonElement);

/** @param {string} state @param {string} text @param {boolean} offered */
function show(state, text, offered) {
  section.dataset.state = state;
  setText(line, text);
  line.hidden = !text;
  button.hidden = !offered;
  button.disabled = state === "busy";
}

function begin() {
  const verdict = judge({
    secure: isSecureContext,
    worker: "serviceWorker" in navigator,
    push: "PushManager" in window,
    notification: "Notification" in window,
    apple: /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1),
    standalone: matchMedia("(display-mode: standalone)").matches,
  });
  if (verdict !== "ready") show(verdict, WHY[verdict], false);
  else if (Notification.permission === "denied") show("denied", DENIED, false);
  else show("ready", "", true);
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof ApiError) return error.message;
  return t("This browser's push service cannot be reached, or it is switched off. Nothing was changed; try again later.");
}

async function add() {
  show("busy", t("Asking the browser…"), true);
  try {
    if ((await Notification.requestPermission()) !== "granted") return show("denied", DENIED, false);
    const subscription = (await subscribe(section.dataset.key ?? "")).toJSON();
    await api("POST", "/api/channels", {
      kind: "push",
      name: nameBrowser(navigator.userAgent),
      target: subscription.endpoint,
      keys: { p256dh: subscription.keys?.p256dh, auth: subscription.keys?.auth },
      steps: ["warning", "critical", "cleared"],
    });
    location.assign("/notifications");
  } catch (error) {
    if (error instanceof ApiError && error.code === "TAKEN") return show("added", t("This browser is in the list already."), false);
    show("error", explain(error), true);
  }
}

button.addEventListener("click", () => void add());
begin();
