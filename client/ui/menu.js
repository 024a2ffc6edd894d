/** Menus that open from a button: Escape and a click elsewhere close them, focus returns to the button. */

/** @param {Element} menu @param {boolean} open */
function setOpen(menu, open) {
  const button = menu.querySelector("[data-menu-button]");
  const panel = menu.querySelector(".menu-panel");
  if (!(button instanceof HTMLElement) || !(panel instanceof HTMLElement)) return;
  button.setAttribute("aria-expanded", String(open));
  panel.hidden = !open;
  if (!open) return;
  const first = panel.querySelector("input:checked, input, button, a");
  if (first instanceof HTMLElement) first.focus();
}

/** @param {Element} menu */
function isOpen(menu) {
  return menu.querySelector("[data-menu-button]")?.getAttribute("aria-expanded") === "true";
}

/** @param {ParentNode} [root] */
export function wireMenus(root = document) {
  for (const menu of root.querySelectorAll("[data-menu]")) {
    const button = /** @type {HTMLElement} */ (menu.querySelector("[data-menu-button]"));
    button.addEventListener("click", () => setOpen(menu, !isOpen(menu)));
    menu.addEventListener("keydown", (event) => {
      if (!(event instanceof KeyboardEvent) || event.key !== "Escape" || !isOpen(menu)) return;
      event.stopPropagation();
      setOpen(menu, false);
      button.focus();
    });
    menu.addEventListener("focusout", (event) => {
      const next = event instanceof FocusEvent ? event.relatedTarget : null;
      if (next instanceof Node && !menu.contains(next)) setOpen(menu, false);
    });
    document.addEventListener("pointerdown", (event) => {
      if (isOpen(menu) && event.target instanceof Node && !menu.contains(event.target)) setOpen(menu, false);
    });
  }
}
