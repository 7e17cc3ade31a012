// Keeps the built files for good, and the last copy of the day, the desk and one's own bookings until the day is over.
// Copies belong to one person: somebody else's page, signing out, or the next day wipes them.

const files = "files";
const built = /^\/static\/dist\/.+\.[0-9a-f]{8,}\.\w+$/;
const kept = /^\/(day(\/sheet)?|desk(\/[0-9a-f-]{36})?|me)$/;

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && /^\/(logout|me\/devices\/end-all)$/.test(pathname)) event.waitUntil(wipe());
  if (request.method !== "GET") return;
  if (built.test(pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && kept.test(pathname)) event.respondWith(page(event, pathname));
});

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
    if (!name.startsWith("pages ")) continue;
    if (!name.endsWith(today())) {
      await caches.delete(name);
      continue;
    }
    const found = await (await caches.open(name)).match(request, { ignoreVary: true });
    if (!found) continue;
    const at = found.headers.get("Zapys-Kept-At") ?? "";
    const html = (await found.text()).replace("<html ", `<html data-copy-at="${at}" `);
    return new Response(html, { headers: found.headers });
  }
  return undefined;
}

async function wipe(except = "") {
  const names = (await caches.keys()).filter((name) => name.startsWith("pages ") && name !== except);
  await Promise.all(names.map((name) => caches.delete(name)));
}
