/** Runs before the first paint, so that a chosen theme never flashes the other one. */
(() => {
  const root = document.documentElement;
  let chosen = null;
  try {
    chosen = localStorage.getItem("crowdcount.theme");
  } catch {
    chosen = null; // storage may be forbidden; the device decides then
  }
  // A wall that is watched for hours is dark, unless somebody wants it otherwise.
  if (chosen === null && root.dataset.calm === "dark") chosen = "dark";
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.shade = chosen === "dark" || (chosen !== "light" && dark) ? "dark" : "light";
})();
