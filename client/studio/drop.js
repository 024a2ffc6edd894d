/** A file dropped on the stage. */

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} hint shown while a file hangs over the stage
 * @param {() => boolean} ready whether a file can be taken now
 * @param {(file: File) => void} take
 */
export function wireDrop(stage, hint, ready, take) {
  const holdsFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  // A file that misses the stage must not replace the page.
  for (const kind of /** @type {const} */ (["dragover", "drop"])) document.addEventListener(kind, (event) => holdsFile(event) && event.preventDefault());
  stage.addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    hint.hidden = !ready();
    if (event.dataTransfer) event.dataTransfer.dropEffect = ready() ? "copy" : "none";
  });
  stage.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && stage.contains(event.relatedTarget))) hint.hidden = true;
  });
  stage.addEventListener("drop", (event) => {
    hint.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (file && ready()) take(file);
  });
}
