/** What every page does. */
import { keepShell } from "../service-worker/register.js";
import { wireForms } from "./forms.js";
import { wireMenus } from "./menu.js";
import { wireTheme } from "./theme.js";

/** A picture that has not been made yet leaves no hole. */
function wireOptionalPicture() {
  const figure = document.querySelector("[data-optional-picture]");
  const image = figure?.querySelector("img");
  if (!figure || !image) return;
  const drop = () => figure.remove();
  if (image.complete && image.naturalWidth === 0) drop();
  else image.addEventListener("error", drop, { once: true });
}

wireTheme();
wireMenus();
wireForms();
wireOptionalPicture();
keepShell();
