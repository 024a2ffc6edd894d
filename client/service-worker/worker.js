/**
 * Keeps the shell of the pages on this device: scripts, styles, icons, a page for when there is no network, and the page
 * of a phone that joined. Pages of a user, answers of the API, sockets and pictures never pass through it.
 */

/**
 * What is used of a service worker's world; TypeScript's own description of it excludes that of pages.
 * @typedef {Event & {waitUntil(work: Promise<unknown>): void}} LongEvent
 * @typedef {LongEvent & {request: Request, respondWith(answer: Promise<Response>): void}} FetchEvent
 * @typedef {{
 *   location: Location,
 *   skipWaiting(): Promise<void>,
 *   clients: {claim(): Promise<void>},
 *   addEventListener(name: "install" | "activate", listener: (event: LongEvent) => void): void,
 *   addEventListener(name: "fetch", listener: (event: FetchEvent) => void): void,
 * }} Surroundings
 */

/** Put in by the build: every file of it that pages load at once. With each build this script is another one. */
const FILES = /** @type {{SHELL_FILES: readonly string[]}} */ (/** @type {unknown} */ (globalThis)).SHELL_FILES;
const OFFLINE = "/offline";
/** All join pages are alike: the code stands in the address alone. */
const JOIN = "/join/";
const STORE = "crowdcount-shell";
/** What a page cannot be without: its styles and its modules; without the words of a language it is English. */
const ASSETS = /(?:<script type="module" src|<link rel="stylesheet" href)="(\/assets\/[^"]+)"/g;

/** On a network that swallows everything the wait for a page ends; a phone that joined comes back sooner. */
const PATIENCE_MS = 10000;
const JOIN_PATIENCE_MS = 4000;

const worker = /** @type {Surroundings} */ (/** @type {unknown} */ (self));

/** @param {string} path */
function isShell(path) {
  return path.startsWith("/assets/") || path.startsWith("/static/icons/");
}

async function fill() {
  const store = await caches.open(STORE);
  const kept = new Set((await store.keys()).map((request) => new URL(request.url).pathname));
  // Built files are named by their content: what is here already is right.
  await store.addAll(FILES.filter((file) => !kept.has(file)));
  await store.add(new Request(OFFLINE, { cache: "reload" }));
}

/** A page that asks for files of another build would come up empty. @param {Response} page @returns {Promise<boolean>} */
async function isOfThisBuild(page) {
  const named = [...(await page.text()).matchAll(ASSETS)].map(([, file]) => file);
  return named.every((file) => FILES.includes(file));
}

/** Files of builds before this one go. */
async function tidy() {
  const store = await caches.open(STORE);
  const wanted = new Set([...FILES, OFFLINE]);
  const join = await store.match(JOIN);
  if (join && (await isOfThisBuild(join))) wanted.add(JOIN);
  for (const request of await store.keys()) if (!wanted.has(new URL(request.url).pathname)) await store.delete(request);
}

/** @param {Request} request @returns {Promise<Response>} */
async function fromShell(request) {
  const store = await caches.open(STORE);
  const kept = await store.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const answer = await fetch(request);
  // What only some pages load, and the words of the reader's language.
  if (answer.ok) await store.put(request, answer.clone());
  return answer;
}

/** @param {Request} request @param {number} ms @returns {Promise<Response>} rejected when the network gives nothing in time */
function inTime(request, ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in time")), ms);
    fetch(request).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @param {Request} request @param {string} path @returns {Promise<Response>} */
async function page(request, path) {
  const joining = path.startsWith(JOIN) && path.length > JOIN.length;
  const store = await caches.open(STORE);
  const kept = joining ? await store.match(JOIN) : undefined;
  try {
    const answer = await inTime(request, kept ? JOIN_PATIENCE_MS : PATIENCE_MS);
    if (joining && answer.ok && !answer.redirected) await store.put(JOIN, answer.clone());
    return answer;
  } catch (error) {
    const instead = kept ?? (await store.match(OFFLINE));
    if (!instead) throw error;
    return instead;
  }
}

worker.addEventListener("install", (event) => event.waitUntil(fill().then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => worker.clients.claim())));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url.pathname));
  else if (isShell(url.pathname)) event.respondWith(fromShell(request));
});

// Makes it a module for the type checker, which otherwise sees one world of names for all workers.
export {};
