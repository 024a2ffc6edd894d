/** Builds static/dist/: hashed bundles, one style sheet, one icon sprite and the manifest that names them. */

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

import { ICONS } from "./icons.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const out = path.join(root, "static/dist");

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  sourcemap: false,
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  outdir: "static/dist",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
};

/** Pages share chunks, and what a page needs only sometimes is loaded when it does. */
const pages = {
  ...common,
  entryPoints: { site: "client/ui/main.js", account: "client/account/main.js", notifications: "client/notifications/main.js", cameras: "client/cameras/main.js", history: "client/history/main.js", studio: "client/studio/main.js", offline: "client/service-worker/offline.js", join: "client/join/main.js", rooms: "client/rooms/main.js", wall: "client/wall/main.js", status: "client/status/main.js", recordings: "client/recordings/main.js" },
  format: /** @type {const} */ ("esm"),
  splitting: true,
};

/** Scripts that cannot be modules: the theme runs before the first paint, the encoder is a classic worker. */
const scripts = {
  ...common,
  entryPoints: { theme: "client/ui/theme-early.js", encoder: "client/capture/encoder-worker.js", "push-worker": "client/notifications/worker.js" },
  format: /** @type {const} */ ("iife"),
};

/** The worker of the shell: it is told the names of all other files, so it is built after them. */
const shell = { ...common, entryPoints: { "shell-worker": "client/service-worker/worker.js" }, format: /** @type {const} */ ("iife") };
const ICON_FILES = ["favicon.svg", "site.webmanifest"].map((name) => `/static/icons/${name}`);
/** Belongs to a corner of the site with a life of its own. */
const NOT_SHELL = new Set(["push-worker.js"]);

const styles = { ...common, entryPoints: { app: "static/css/app.css" } };

/** @param {import("esbuild").Metafile} metafile @returns {Record<string, string>} logical name to file name */
function entries(metafile) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const base = path.basename(file);
    const logical = base.replace(/-[A-Z0-9]{8}(\.\w+)$/, "$1");
    found[logical] = base;
  }
  return found;
}

/** What pages load at once: entries and what they import, not what they may ask for later. @param {import("esbuild").Metafile[]} metafiles @returns {string[]} file names */
function loadedAtOnce(metafiles) {
  const outputs = Object.assign({}, ...metafiles.map(({ outputs }) => outputs));
  const found = new Set();
  const visit = (/** @type {string} */ file) => {
    if (found.has(file)) return;
    found.add(file);
    for (const { path: next, kind } of outputs[file].imports) if (kind === "import-statement" && next in outputs) visit(next);
  };
  const asked = new Set([pages, scripts, styles].flatMap(({ entryPoints }) => Object.values(entryPoints)));
  for (const [file, { entryPoint }] of Object.entries(outputs)) if (asked.has(entryPoint)) visit(file);
  return [...found].map((file) => path.basename(file));
}

/** One SVG with a symbol per icon, so that a page fetches its icons once. @returns {Promise<string>} */
async function sprite() {
  const folder = path.join(root, "node_modules/lucide-static/icons");
  const paint = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  const symbols = await Promise.all(
    ICONS.map(async (name) => {
      const svg = await readFile(path.join(folder, `${name}.svg`), "utf8");
      const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  const license = (await readFile(path.join(root, "node_modules/lucide-static/LICENSE"), "utf8")).replace(/-{2,}/g, "");
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- ${license} -->${symbols.join("")}</svg>\n`;
}

/** @param {string} name logical name @param {string} text @returns {Promise<Record<string, string>>} */
async function writeHashed(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  await writeFile(path.join(out, `${stem}-${hash}${ext}`), text);
  return { [name]: `${stem}-${hash}${ext}` };
}

/** The manifest appears last and at once: a server never sees a name whose file is not there yet. */
async function build() {
  await mkdir(out, { recursive: true });
  const before = new Set(await readdir(out));
  const results = await Promise.all([pages, scripts, styles].map((options) => esbuild.build({ ...options, metafile: true })));
  const written = new Set(results.flatMap((result) => Object.keys(result.metafile.outputs).map((file) => path.basename(file))));
  const manifest = Object.assign({}, ...results.map((result) => entries(result.metafile)));
  Object.assign(manifest, await writeHashed("icons.svg", await sprite()));
  const left = new Set([...NOT_SHELL].map((name) => manifest[name]));
  const files = [...loadedAtOnce(results.map(({ metafile }) => metafile)), manifest["icons.svg"]].filter((file) => !left.has(file)).sort();
  const define = { "globalThis.SHELL_FILES": JSON.stringify([...files.map((file) => `/assets/${file}`), ...ICON_FILES]) };
  const worker = await esbuild.build({ ...shell, define, metafile: true });
  Object.assign(manifest, entries(worker.metafile));
  const text = `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`;
  await writeFile(path.join(out, "manifest.json.new"), text);
  await rename(path.join(out, "manifest.json.new"), path.join(out, "manifest.json"));
  const kept = new Set([...written, ...Object.values(manifest), "manifest.json"]);
  await Promise.all([...before].filter((file) => !kept.has(file)).map((file) => rm(path.join(out, file))));
  return manifest;
}

const manifest = await build();
console.log(`built ${Object.keys(manifest).length} files into static/dist/`);
