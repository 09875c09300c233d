"use strict";
/* The question without a connection: asked from the card that this device keeps, for the day that it is here now. */
(async () => {
  const page = document.querySelector("[data-offline]"), $ = (name) => page.querySelector(`[data-${name}]`);
  const card = await Queue.card().catch(() => null);
  if (!card || !card.question) return;
  $("nothing").hidden = true; // the question is the heading now
  const {lang} = Queue, today = Queue.dayOf(), day = Queue.shift(today, -card.back);
  const noon = new Date(day + "T12:00"), form = $("form"), mine = (one) => one.fields.day === day && one.fields.rating !== undefined;
  const weekday = noon.toLocaleDateString(lang, {weekday: "long"});
  $("when").textContent = new Date(today + "T12:00").toLocaleDateString(lang, {weekday: "long", day: "numeric", month: "long"});
  $("question").textContent = card.question;
  $("ends").textContent = card.ends;
  form.action = `/trial/${card.trial}/check-in/`;
  form.elements.day.value = day;
  $("says").dataset.says = Queue.fill($("says").dataset.says, {day: weekday, value: "{value}"});
  for (const [value, under] of card.keys || []) {
    const key = Object.assign(document.createElement("button"), {className: "key", name: "rating", value, textContent: value});
    if (under) key.append(" ", Object.assign(document.createElement("small"), {textContent: under}));
    $("keys").append(key);
  }
  if (!card.keys) {
    const number = Object.assign($("number"), {hidden: false}).querySelector("input");
    Object.assign(number, {min: card.low, max: card.high, disabled: false});
  }
  const ask = () => {
    form.elements.key.value = crypto.randomUUID();
    $("ask").hidden = false;
    $("kept").hidden = true;
  };
  const before = (await Queue.all()).filter((one) => one.path === new URL(form.action).pathname && mine(one)).pop();
  if (before) {
    $("says").textContent = Queue.fill($("says").dataset.says, {value: before.fields.rating});
    $("kept").hidden = false;
  } else ask();
  await Queue.show();
  $("change").onclick = async () => { // what has not gone out yet is put in its place
    for (const one of await Queue.all()) if (mine(one)) await Queue.drop(one.id);
    await Queue.show();
    ask();
  };
})();
