/** Shows pushes and opens what they tell of. It does nothing else: no page goes through it. */

/**
 * What is used of a service worker's world; TypeScript's own description of it excludes that of pages.
 * @typedef {{title: string, text: string, path: string, thread: string, urgent: boolean}} Told
 * @typedef {{json(): Told}} Data
 * @typedef {Event & {waitUntil(work: Promise<unknown>): void}} LongEvent
 * @typedef {{url: string, focus(): Promise<unknown>}} Shown
 * @typedef {{
 *   registration: ServiceWorkerRegistration,
 *   location: Location,
 *   clients: {matchAll(options: object): Promise<Shown[]>, openWindow(url: string): Promise<unknown>},
 *   addEventListener(name: "push", listener: (event: LongEvent & {data: Data | null}) => void): void,
 *   addEventListener(name: "notificationclick", listener: (event: LongEvent & {notification: Notification}) => void): void,
 * }} Surroundings
 */

const worker = /** @type {Surroundings} */ (/** @type {unknown} */ (self));
const UNREADABLE = { title: "crowdcount", text: "There is news of an alert.", path: "/cameras", thread: "crowdcount", urgent: false };

/** A push that shows nothing costs the site its permission. @param {Data | null} data @returns {Told} */
function read(data) {
  try {
    return data?.json() ?? UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

worker.addEventListener("push", (event) => {
  const told = read(event.data);
  /** @type {NotificationOptions & {renotify: boolean}} */
  const options = {
    body: told.text,
    // The steps of one alert replace one another, and each makes itself heard.
    tag: told.thread,
    renotify: true,
    requireInteraction: told.urgent,
    icon: "/static/icons/app.svg",
    data: told.path,
  };
  event.waitUntil(worker.registration.showNotification(told.title, options));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(String(event.notification.data), worker.location.origin);
  if (url.origin === worker.location.origin) event.waitUntil(show(url));
});

/** A window that shows it already comes to the front; else there is a new one. @param {URL} url */
async function show(url) {
  const open = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((client) => new URL(client.url).pathname === url.pathname);
  return there ? there.focus() : worker.clients.openWindow(url.href);
}
