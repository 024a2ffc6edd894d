/** The theme switch in the bar: light, dark, or as the device says. */

const dark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {string} */
function chosen() {
  return document.documentElement.dataset.theme ?? "system";
}

function shade() {
  const theme = chosen();
  const isDark = theme === "dark" || (theme === "system" && dark.matches);
  document.documentElement.dataset.shade = isDark ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("themechange"));
}

/** @param {string} theme */
function choose(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem("crowdcount.theme");
    else localStorage.setItem("crowdcount.theme", theme);
  } catch {
    console.info("The theme is not remembered: the browser forbids storage.");
  }
  shade();
}

export function wireTheme() {
  for (const input of document.querySelectorAll('input[name="theme"]')) {
    if (!(input instanceof HTMLInputElement)) continue;
    input.checked = input.value === chosen();
    input.addEventListener("change", () => choose(input.value));
  }
  dark.addEventListener("change", shade);
}
