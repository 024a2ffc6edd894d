/**
 * Turns pictures into JPEG off the main thread. The bitmap travels here and back without a copy, because the page
 * draws the very picture that was sent.
 */

/** @type {OffscreenCanvas | undefined} */
let canvas;

self.onmessage = async (/** @type {MessageEvent<{id: number, bitmap: ImageBitmap, quality: number}>} */ event) => {
  const { id, bitmap, quality } = event.data;
  const post = /** @type {(message: object, transfer: Transferable[]) => void} */ (/** @type {unknown} */ (self.postMessage.bind(self)));
  try {
    if (!canvas) canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
    if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("no 2D context in the worker");
    context.drawImage(bitmap, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    const jpeg = await blob.arrayBuffer();
    post({ id, bitmap, jpeg }, [bitmap, jpeg]);
  } catch (error) {
    post({ id, bitmap, failure: String(error) }, [bitmap]);
  }
};
