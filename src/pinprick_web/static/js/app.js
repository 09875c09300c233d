"use strict";
/* Answers that wait to be sent, and today's card, kept on this device.
 *
 * What lies here: for each answer its id, the trial's code, the day, the value and the times; and one card with today's
 * question (and today's session while it may be done; never another day's treatment). Each is wrapped by an AES-GCM key
 * that WebCrypto made and that no script can read out, so a copy of the disk shows nothing without this browser.
 * That departs from ASVS 14.3.3, which wants no personal data in a browser's store: an answer that is given without a
 * connection has nowhere else to be. An answer leaves only once it was saved, or once its refusal was shown and read.
 */
const Queue = (() => {
  const PATIENCE = 10000, AGAIN = 30000;
  const able = Boolean(window.indexedDB && window.crypto && crypto.subtle);
  const notes = document.getElementById("notes");
  const words = notes ? notes.dataset : {};
  const stuck = new Map(); // ids that another person's trial may own: shown, and tried again
  let opened, again, onward; // onward: where to go once a refusal of this very page has been read

  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  function iso(at = new Date()) { // with the person's own offset: 2026-05-19T21:03:00+01:00
    const off = -at.getTimezoneOffset(), size = Math.abs(off);
    const local = new Date(at.getTime() + off * 60000).toISOString().slice(0, 19);
    return local + (off < 0 ? "-" : "+") + two(size / 60) + ":" + two(size % 60);
  }
  const dayOf = (at = new Date()) => iso(at).slice(0, 10);
  const shift = (day, n) => new Date(Date.parse(day + "T12:00Z") + n * 86400000).toISOString().slice(0, 10);
  const between = (a, b) => Math.round((Date.parse(b) - Date.parse(a)) / 86400000);
  function zone() { // asking costs a slow phone a sixth of a second: once a day, and again where its clock has moved
    const now = `${dayOf()} ${new Date().getTimezoneOffset()} `;
    let known = "";
    try { known = localStorage.getItem("zone") || ""; } catch { /* a private window may keep nothing */ }
    if (known.startsWith(now)) return known.slice(now.length);
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    try { localStorage.setItem("zone", now + name); } catch { /* the same */ }
    return name;
  }
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB"); // days and hours as the pages write them
  const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  function open() {
    return opened ||= new Promise((yes, no) => {
      const asked = indexedDB.open("pinprick", 1);
      asked.onupgradeneeded = () => ["keys", "queue", "card"].forEach((name) => asked.result.createObjectStore(name));
      asked.onsuccess = () => yes(asked.result);
      asked.onerror = () => no(asked.error);
    });
  }
  async function run(name, mode, work) {
    const turn = (await open()).transaction(name, mode, {durability: "strict"});
    const asked = work(turn.objectStore(name));
    return new Promise((yes, no) => {
      turn.oncomplete = () => yes(asked.result);
      turn.onabort = () => no(turn.error);
    });
  }
  async function key() {
    const kept = await run("keys", "readonly", (s) => s.get("wrap"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({name: "AES-GCM", length: 256}, false, ["encrypt", "decrypt"]);
    await run("keys", "readwrite", (s) => s.add(made, "wrap")).catch(() => {}); // another tab was first
    return run("keys", "readonly", (s) => s.get("wrap"));
  }
  async function put(store, id, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12)), text = new TextEncoder().encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt({name: "AES-GCM", iv}, await key(), text);
    await run(store, "readwrite", (s) => s.put({iv, sealed}, id));
  }
  async function unwrap(kept) {
    const text = await crypto.subtle.decrypt({name: "AES-GCM", iv: kept.iv}, await key(), kept.sealed);
    return JSON.parse(new TextDecoder().decode(text));
  }
  const drop = (id) => run("queue", "readwrite", (s) => s.delete(id));

  async function all() {
    if (!able) return [];
    const kept = await run("queue", "readonly", (s) => s.getAll());
    const read = await Promise.all(kept.map((one) => unwrap(one).catch(() => null)));
    return read.filter(Boolean).sort((a, b) => (a.fields.entered < b.fields.entered ? -1 : 1));
  }
  async function card(value) {
    if (!able) return null;
    if (value !== undefined) return value ? put("card", "today", value) : run("card", "readwrite", (s) => s.delete("today"));
    const kept = await run("card", "readonly", (s) => s.get("today"));
    return kept ? unwrap(kept).catch(() => null) : null;
  }

  async function ask(path, more = {}) {
    const stop = new AbortController(), late = setTimeout(() => stop.abort(), PATIENCE);
    try {
      return await fetch(path, {credentials: "same-origin", cache: "no-store", redirect: "manual", signal: stop.signal, ...more});
    } finally { clearTimeout(late); }
  }
  /* One answer: "sent", "refused", "gone", or "waiting" for anything that may pass: no network, 401, 403, 5xx, a redirect. */
  async function sendOne(item, token) {
    const headers = {"X-CSRFToken": token, Accept: "application/json"};
    const answer = await ask(item.path, {method: "POST", headers, body: new URLSearchParams(item.fields)});
    const told = await answer.json().catch(() => ({}));
    if (answer.ok && told.saved) return {state: "sent", url: told.url};
    if ([409, 422].includes(answer.status) && told.refused) return {state: "refused", told};
    return {state: answer.status === 404 ? "gone" : "waiting"};
  }
  async function sendAll() {
    const became = new Map(), items = (await all()).filter((one) => !one.told);
    if (!items.length) return became;
    try {
      const {token} = await (await ask("/token/")).json();
      for (const item of items) {
        const one = await sendOne(item, token);
        became.set(item.id, one);
        stuck.delete(item.id);
        if (one.state === "sent") await drop(item.id);
        else if (one.state === "refused") await put("queue", item.id, {...item, told: one.told});
        else if (one.state === "gone") stuck.set(item.id, item);
        else break;
      }
    } catch { /* no connection: all that is left waits */ }
    return became;
  }
  async function send() { // one tab at a time
    if (!able) return new Map();
    const became = navigator.locks ? await navigator.locks.request("pinprick-send", sendAll) : await sendAll();
    await show();
    return became;
  }
  /* Keep first, then send: whatever happens in between, the answer is on the disk. */
  async function keep(path, fields) {
    const item = {id: fields.key, path, fields: {zone: zone(), entered: iso(), ...fields}};
    await put("queue", item.id, item);
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    return (await send()).get(item.id) || {state: "waiting"};
  }

  // --- what is shown of it -------------------------------------------------------------------------------

  function note(kind, lines, buttons = []) {
    const made = document.createElement("div");
    made.className = "note " + kind;
    lines.filter(Boolean).forEach((line, i) => {
      const p = document.createElement("p"), strong = i || lines.length < 2 ? p : p.appendChild(document.createElement("strong"));
      strong.textContent = line;
      made.append(p);
    });
    for (const [label, act, href] of buttons) {
      const b = document.createElement(href ? "a" : "button");
      b.className = "button quiet";
      b.textContent = label;
      if (href) b.href = href; else { b.type = "button"; b.onclick = act; }
      made.append(b);
    }
    return made;
  }
  async function show() {
    if (!notes) return;
    const items = await all(), waiting = items.filter((one) => !one.told && !stuck.has(one.id)), made = [];
    for (const item of items.filter((one) => one.told)) {
      const {refused, keep: labels, again: more} = item.told;
      const leave = async () => { await drop(item.id); if (onward) location.assign(onward); else show(); };
      const insist = async () => {
        const fields = {...item.fields, ...more, key: crypto.randomUUID()};
        await put("queue", fields.key, {id: fields.key, path: item.path, fields}); // first the new one, then the old one goes
        await drop(item.id);
        const one = (await send()).get(fields.key);
        if (onward && one && one.state === "sent") location.assign(one.url);
      };
      made.push(note("care", [refused], labels ? [[labels.written, leave], [labels.sent, insist]] : [[words.wRead, leave]]));
    }
    for (const id of stuck.keys()) {
      made.push(note("care", [words.wGone], [[words.wThrow, async () => { await drop(id); stuck.delete(id); show(); }]]));
    }
    if (waiting.length) {
      const said = fill(waiting.length === 1 ? words.wOne : words.wMany, {n: waiting.length});
      const asks = document.querySelector("[data-ask]:not([hidden])"); // "saved" over a question would seem to be its answer
      made.unshift(note("done waiting", asks ? [said] : [words.wKept, said]));
    }
    const old = [...notes.children].filter((one) => !one.dataset.other), now = made.map((one) => one.textContent).join();
    if (old.map((one) => one.textContent).join() === now) return; // a live region speaks only of what is new
    old.forEach((one) => one.remove());
    notes.prepend(...made);
    clearTimeout(again);
    if (waiting.length || stuck.size) later();
  }
  function later() {
    clearTimeout(again);
    again = setTimeout(async () => { await send(); if ((await all()).some((one) => !one.told)) later(); }, AGAIN);
  }

  // --- forms that may be sent later ------------------------------------------------------------------------

  async function submit(form, pressed) {
    const fields = Object.fromEntries(new FormData(form));
    delete fields.csrfmiddlewaretoken;
    if (pressed.name) fields[pressed.name] = pressed.value;
    let one;
    try {
      one = await keep(new URL(form.action).pathname, fields);
    } catch { // a browser that keeps nothing: the plain way
      form.append(Object.assign(document.createElement("input"), {type: "hidden", name: pressed.name, value: pressed.value}));
      return form.submit();
    }
    if (one.state === "sent") return location.assign(one.url);
    if (one.state === "refused") onward = "/";
    const scope = form.closest("[data-ask]") || form, kept = document.querySelector("[data-kept]");
    scope.hidden = true;
    if (kept) {
      const heading = kept.querySelector("[data-says]");
      if (heading) heading.textContent = fill(heading.dataset.says, {value: fields.rating});
      kept.hidden = one.state !== "waiting";
    }
    await show();
    window.scrollTo(0, 0);
  }
  document.addEventListener("submit", (event) => {
    const form = event.target, pressed = event.submitter;
    if (!able || !pressed || !form.matches("[data-queue]") || pressed.value === "skip") return;
    event.preventDefault();
    if (form.dataset.busy) return; // a second tap
    form.dataset.busy = "1";
    submit(form, pressed).finally(() => delete form.dataset.busy);
  });
  if (able) {
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
    show().then(send).catch(() => {}); // a private window may keep nothing
  }
  return {able, all, between, card, dayOf, drop, fill, iso, keep, lang, note, notes, send, shift, show, words, zone};
})();

/* What every page does: says which calendar is the person's, keeps today's card, and tells what is not saved or not of today. */
(() => {
  const {card, dayOf, between, shift, fill, note, notes, words} = Queue, body = document.body;
  const zone = Queue.zone(), secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  const worker = navigator.serviceWorker;
  if (worker && worker.controller) document.documentElement.classList.add("at-hand"); // the shell, and our serif, lie here
  if (worker) worker.register("/sw.js").catch(() => {});

  const kept = document.querySelector("[data-card]");
  if (kept) card(kept.dataset.card ? JSON.parse(kept.dataset.card) : null).catch(() => {});

  const errors = document.querySelector("[data-errors], .errors");
  if (errors) { errors.tabIndex = -1; errors.focus(); }

  document.addEventListener("htmx:afterSettle", () => { // a field that is refused in part of a page says so itself, too
    for (const why of document.querySelectorAll("[id^=why-]")) {
      const field = document.getElementById(why.id.slice(4));
      if (field) field[why.hidden ? "removeAttribute" : "setAttribute"]("aria-invalid", "true");
    }
  });

  const opened = dayOf(), add = (made) => { made.dataset.other = "1"; notes.append(made); return made; };
  let stale;
  /* A page left open overnight. With a set clock only the device's own midnight counts. */
  function look() {
    const of = body.dataset.setClock === undefined && body.dataset.day || opened;
    if (!notes || stale || document.hidden || of === dayOf()) return;
    stale = add(note("stale", [words.wStale], [[words.wToday, null, "/"]]));
  }
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  setInterval(look, 30000);

  /* A session that runs, or that ended and is not saved, on a page that has no clock. */
  function session() {
    let on;
    try { on = JSON.parse(localStorage.getItem("session")); } catch { return; }
    if (!on || !notes || document.querySelector("[data-timer]")) return;
    const path = `/trial/${on.trial}/session/`, ended = Date.now() >= on.ends, at = new Date(on.ends);
    if (!ended) return add(note("running", [words.wRunning], [[words.wBack, null, path]]));
    const time = at.toLocaleTimeString(Queue.lang, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
    const made = add(note("care", [fill(words.wUnsaved, {time})], [[words.wSave, async () => {
      const began = dayOf(new Date(on.started)), day = shift(body.dataset.day || dayOf(), -between(began, dayOf()));
      const minutes = ((on.ends - on.started) / 60000).toFixed(1);
      const fields = {key: crypto.randomUUID(), day, minutes, entered: Queue.iso(at)};
      if (on.prick !== undefined) fields.prick = on.prick;
      made.remove();
      const one = await Queue.keep(path, fields);
      localStorage.removeItem("session");
      if (one.state === "sent") location.assign(one.url);
    }]]));
  }
  session();
})();
