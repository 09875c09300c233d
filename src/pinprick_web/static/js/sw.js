"use strict";
/* The worker. It keeps the shell and nothing else: pages for anybody, without a person, a trial or a token. Every other
 * page comes from the network, is kept nowhere, and where there is no network the shell stands in for it. The list and
 * the version are written in by offline.py; a new version takes over at once, and what waits to be sent lies elsewhere. */
const NAME = "pinprick-shell-" + "VERSION", SHELL = ["SHELL"];

self.addEventListener("install", (event) => {
  const fresh = SHELL.map((url) => new Request(url, {cache: "reload", credentials: "omit"}));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("pinprick-shell-") && name !== NAME);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const {request} = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    const shell = /\/session\/(over\/)?$/.test(url.pathname) ? "/offline/timer/" : "/offline/check-in/";
    event.respondWith(fetch(request).catch(() => caches.match(shell)));
  } else if (request.method === "GET" && SHELL.includes(url.pathname) && !SHELL.slice(0, 2).includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname, {cacheName: NAME}).then((kept) => kept || fetch(request)));
  }
});
