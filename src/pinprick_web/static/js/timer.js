"use strict";
/* The clock of a session. Only when it ends is kept, as an instant, so that a lock, a reload or a kill changes nothing:
 * {trial, ends, started, minutes, prick} in localStorage. Stopping early moves the end to now. Nothing here is animated. */
(async () => {
  const page = document.querySelector("[data-timer]");
  if (!page) return;
  const $ = (name) => page.querySelector(`[data-${name}]`), w = page.dataset, {lang} = Queue;
  const read = () => { try { return JSON.parse(localStorage.getItem("session")); } catch { return null; } };
  const write = (on) => { try { localStorage.setItem("session", JSON.stringify(on)); } catch { /* runs while the page is open */ } };
  const forget = () => { try { localStorage.removeItem("session"); } catch { /* nothing was kept */ } };
  const LATE = 60000, ASK_FROM = 30000, ASK_TO = 120000;

  if (w.timer === "offline") { // today's session from the card, if it is still today
    const card = await Queue.card().catch(() => null), running = read();
    const known = card && card.session && card.session.day === Queue.dayOf() ? card.session : null;
    const minutes = running ? running.minutes : known && known.minutes;
    if (!minutes) return;
    Object.assign(w, {trial: running ? running.trial : card.trial, day: Queue.dayOf(), minutes});
    if (known) {
      $("title").textContent = known.title;
      $("line").textContent = known.line;
      $("what").replaceChildren(...known.what.map((text) => Object.assign(document.createElement("p"), {textContent: text})));
      if (known.buildsUp) w.buildsUp = "";
      page.querySelectorAll("[data-ring]").forEach((one) => one.toggleAttribute("hidden", (one.dataset.ring === "true") !== known.ring));
    }
  }
  const dots = [...page.querySelectorAll("[data-dots]:not([hidden]) [data-i]")];
  let on = read(), lock, audio, strokes = [], next, halfSaid = false, asked = false;
  if (on && on.trial !== w.trial) on = null;

  const time = (at) => new Date(at).toLocaleTimeString(lang, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
  const passed = () => Math.min(on.ends, Date.now()) - on.started;
  const cut = () => on.ends - on.started < on.minutes * 60000 - 500; // stopped early: the end was moved
  const say = (text) => { $("speaks").textContent = text; };
  const whole = (ms) => Math.round(ms / 60000);
  const counted = (n, one, many) => Queue.fill(n === 1 ? one : many, {n});

  function state(name) {
    page.dataset.state = name;
    page.querySelectorAll("[data-on]").forEach((part) => { part.hidden = !part.dataset.on.split(" ").includes(name); });
    clearTimeout(next);
    if (name !== "running") { release(); hush(); }
  }
  function face(left) {
    const seconds = Math.ceil(left / 1000);
    $("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    $("clock").classList.toggle("long", $("clock").textContent.length > 4);
    const out = on ? Math.floor((1 - left / (on.minutes * 60000)) * dots.length) : 0;
    dots.forEach((dot) => dot.classList.toggle("out", Number(dot.dataset.i) < out));
  }
  function tick() {
    const left = on.ends - Date.now();
    if (left <= 0) return over(-left);
    face(left);
    const gone = passed();
    const asks = w.buildsUp === undefined && on.prick === undefined && !asked && gone >= ASK_FROM && gone < ASK_TO;
    $("sharp").hidden = !asks;
    $("line").hidden = asks;
    if (!halfSaid && left <= on.minutes * 30000) {
      if (left > on.minutes * 30000 - 5000) say(w.half);
      halfSaid = true;
    }
    clearTimeout(next);
    next = setTimeout(tick, left % 1000 || 1000);
  }
  function run() {
    state("running");
    $("ends").textContent = Queue.fill(w.ends, {time: time(on.ends)});
    hold();
    ring((on.ends - Date.now()) / 1000);
    tick();
  }
  function over(ago) {
    face(0);
    if (ago > LATE) return late();
    state("over");
    $("over").textContent = counted(on.minutes, w.overOne, w.over);
    $("worst").hidden = w.buildsUp === undefined;
    $("save").hidden = w.buildsUp !== undefined;
    if (!ago || ago < 5000) {
      say(w.done);
      strike();
      if (navigator.vibrate && navigator.userActivation && navigator.userActivation.hasBeenActive) navigator.vibrate([400, 200, 400, 200, 400]);
    }
    $("over").focus();
  }
  function early() {
    state("early");
    const minutes = whole(passed());
    $("early").textContent = minutes ? counted(minutes, w.stoppedOne, w.stopped) : w.stoppedSoon;
    $("on-again").hidden = Date.now() >= on.started + on.minutes * 60000;
    $("early").focus();
  }
  async function late() { // it ended while nobody looked
    const {ends, minutes} = on;
    if (w.buildsUp !== undefined) return over(LATE); // how sharp it was has to be asked
    const one = await save({});
    if (one.state === "refused") return state("kept");
    state("late");
    $("late").textContent = counted(minutes, w.lateOne, w.late).replace("{time}", time(ends));
    say($("late").textContent);
  }

  // --- kept and sent ------------------------------------------------------------------------------------------

  async function save(more) {
    const began = Queue.dayOf(new Date(on.started)), fields = {
      key: w.key || crypto.randomUUID(),
      day: Queue.shift(w.day, -Queue.between(began, Queue.dayOf())),
      minutes: String(Math.round(passed() / 6000) / 10),
      entered: Queue.iso(new Date(on.ends)),
      ...more,
    };
    if (on.prick !== undefined && fields.prick === undefined) fields.prick = String(on.prick);
    const path = `/trial/${w.trial}/session/`;
    if (!Queue.able) return plain(path, fields);
    const one = await Queue.keep(path, fields);
    forget();
    const card = await Queue.card();
    if (card && card.session) { delete card.session; await Queue.card(card); } // once a day
    return one;
  }
  function plain(path, fields) { // a browser that keeps nothing
    const form = page.querySelector("form[data-plain]");
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements[name] || form.appendChild(Object.assign(document.createElement("input"), {type: "hidden", name}));
      field.value = value;
    }
    forget();
    form.submit();
    return {state: "sent"};
  }
  async function saveAndGo(more) {
    if (page.dataset.busy) return;
    page.dataset.busy = "1";
    const one = await save(more);
    if (one.state === "sent") { if (one.url) location.assign(one.url); return; }
    delete page.dataset.busy;
    state("kept");
  }

  // --- screen, sound ------------------------------------------------------------------------------------------

  async function hold() {
    try { if (navigator.wakeLock && !document.hidden) lock = await navigator.wakeLock.request("screen"); } catch { /* low battery */ }
  }
  function release() { if (lock) lock.release().catch(() => {}); lock = null; }
  function wake() { // sound needs a touch first
    const Audio = window.AudioContext || window.webkitAudioContext;
    if (!audio && Audio) audio = new Audio();
    if (audio && audio.state === "suspended") audio.resume();
  }
  /* Three strokes of a bell, set ahead: a page in the background is slowed down, its sound is not. */
  function ring(wait) {
    hush();
    if (!audio || wait < 0) return;
    strokes = [0, 1.2, 2.4].map((pause) => {
      const at = audio.currentTime + wait + pause, tone = audio.createOscillator(), loud = audio.createGain();
      tone.frequency.value = 660;
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.5, at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 1.1);
      tone.connect(loud).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 1.2);
      return tone;
    });
  }
  function hush() { strokes.forEach((tone) => { try { tone.stop(); } catch { /* over */ } }); strokes = []; }
  function strike() { ring(0); }

  // --- what is pressed ----------------------------------------------------------------------------------------

  page.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    const {act, value} = pressed.dataset;
    if (act) wake();
    if (act === "start") {
      const started = Date.now(), minutes = Number(w.minutes);
      on = {trial: w.trial, ends: started + minutes * 60000, started, minutes};
      write(on);
      say(counted(minutes, w.beginOne, w.begin).replace("{time}", time(on.ends)));
      run();
      $("stop").focus({preventScroll: true});
    } else if (act === "stop") {
      on.ends = Math.min(on.ends, Date.now());
      write(on);
      early();
    } else if (act === "on-again") {
      on.ends = on.started + on.minutes * 60000;
      write(on);
      run();
    } else if (act === "prick") {
      asked = true;
      if (value !== "") { on.prick = Number(value); write(on); }
      if (on.prick >= Number(w.tooSharp)) $("line").textContent = w.tooSharpLine;
      tick();
    } else if (act === "worst") saveAndGo({prick: value});
    else if (act === "save") saveAndGo({});
    else if (act === "reason") saveAndGo({ended: value});
  });
  page.addEventListener("pointerdown", () => { // after a reload the bell waits for a touch
    if (page.dataset.state !== "running" || audio) return;
    wake();
    ring((on.ends - Date.now()) / 1000);
  });
  const back = () => { if (!document.hidden && page.dataset.state === "running") run(); };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("pageshow", back);

  if (!on) {
    face(Number(w.minutes) * 60000);
    state("before");
  } else if (cut()) { face(Math.max(0, on.started + on.minutes * 60000 - on.ends)); early(); }
  else if (Date.now() >= on.ends) over(Date.now() - on.ends);
  else { halfSaid = on.ends - Date.now() < on.minutes * 30000; run(); }
})();
