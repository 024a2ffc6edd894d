/** Asks the browser to keep the shell, once the page itself is done with the network. */

const SETTLE_MS = 2000;

/** A page that wants it says so; a first look at the site downloads nothing that it does not show. */
export function keepShell() {
  const { shell } = document.documentElement.dataset;
  if (!shell || !("serviceWorker" in navigator) || !window.isSecureContext) return;
  const register = () => {
    navigator.serviceWorker.register(shell, { scope: "/" }).catch((error) => {
      console.info("Pages are not kept on this device:", error instanceof Error ? error.message : error);
    });
  };
  const later = () => setTimeout(register, SETTLE_MS);
  if (document.readyState === "complete") later();
  else window.addEventListener("load", later, { once: true });
}
