// Shows our own page when the service can't be reached. It keeps that page alone: never a question, never an answer.
"use strict";
const KEPT = "qa-offline-{version}";
const FILES = ["offline", "offline.js"].map((name) => new URL(name, self.registration.scope).href);
const NOBODY = [502, 504]; // a gateway that finds no server behind it

self.addEventListener("install", (event) => {
  const fresh = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(fresh)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("qa-offline-") && name !== KEPT);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const page = () => caches.match(FILES[0]);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).then(async (reply) => (NOBODY.includes(reply.status) ? (await page()) || reply : reply), page));
  } else if (request.url === FILES[1]) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
