/** Runs before the first paint, so that a chosen theme never flashes the other one. */
(() => {
  const root = document.documentElement;
  let chosen = null;
  try {
    chosen = localStorage.getItem("crowdcount.theme");
  } catch {
    chosen = null; // storage may be forbidden; the device decides then
  }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.shade = chosen === "dark" || (chosen !== "light" && dark) ? "dark" : "light";
})();
