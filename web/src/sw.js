// Keeps the files of the newest build, and the last copy of the day, the desk and one's own bookings until the day is over.
// Copies belong to one person: somebody else's page, signing out, or the next day wipes them.

const files = "files";
const built = /^\/static\/dist\/.+\.[0-9a-f]{8,}\.\w+$/;
const kept = /^\/(day(\/sheet)?|desk(\/[0-9a-f-]{36})?|me)$/;

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), dropOldFiles()])));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && /^\/(logout|me\/devices\/end-all)$/.test(pathname)) event.waitUntil(wipe());
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.waitUntil(dropOldDays());
  if (built.test(pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && kept.test(pathname)) event.respondWith(page(event, pathname));
});

/** Every build has a worker of its own, so a new one starts by throwing away what only earlier builds name. */
async function dropOldFiles() {
  const cache = await caches.open(files);
  const old = (await cache.keys()).filter(({ url }) => !BUILT.includes(url.slice(url.lastIndexOf("/") + 1)));
  await Promise.all(old.map((request) => cache.delete(request)));
}

async function file(request) {
  const cache = await caches.open(files);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function page(event, pathname) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch (error) {
    const copy = await copyOf(event.request);
    if (copy) return copy;
    throw error;
  }
  const owner = answer.headers.get("Zapys-Keep");
  if (answer.status === 200 && owner) event.waitUntil(keep(event.request, answer.clone(), owner));
  // The day and one's own bookings lead elsewhere only for who is signed in no more.
  else if (answer.type === "opaqueredirect" && !pathname.startsWith("/desk")) event.waitUntil(wipe());
  return answer;
}

const today = () => new Date().toDateString();

async function keep(request, answer, owner) {
  const name = `pages ${owner} ${today()}`;
  await wipe(name);
  const headers = new Headers(answer.headers);
  headers.set("Zapys-Kept-At", new Date().toISOString());
  await (await caches.open(name)).put(request, new Response(await answer.text(), { headers }));
}

async function copyOf(request) {
  for (const name of await caches.keys()) {
    if (!name.startsWith("pages ") || !name.endsWith(today())) continue;
    const found = await (await caches.open(name)).match(request, { ignoreVary: true });
    if (!found) continue;
    const at = found.headers.get("Zapys-Kept-At") ?? "";
    const html = (await found.text()).replace("<html ", `<html data-copy-at="${at}" `);
    return new Response(html, { headers: found.headers });
  }
  return undefined;
}

/** Deletes copies, all or those whose cache is not to stay. */
async function wipeBut(stays) {
  const names = (await caches.keys()).filter((name) => name.startsWith("pages ") && !stays(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

const wipe = (except = "") => wipeBut((name) => name === except);
const dropOldDays = () => wipeBut((name) => name.endsWith(today()));

self.addEventListener("push", (event) => {
  const { title, body, id } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag: id, icon: "/static/icon-192.png" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openDesk());
});

/** The page of the work that is open already, or a new one. */
async function openDesk() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const found = open.find((one) => /^\/(desk|day)\b/.test(new URL(one.url).pathname));
  return found ? found.focus() : self.clients.openWindow("/desk");
}
