"use strict";
const part = (id) => document.getElementById(id);
const cases = [...document.querySelectorAll("details.case")];
const words = new Map();

function wordsOf(entry) {
  if (!words.has(entry)) words.set(entry, entry.textContent.toLowerCase());
  return words.get(entry);
}

function chosen(id) {
  return part(id) ? part(id).value : "";
}

function fits(entry, text) {
  const { outcome, change, tags, model } = entry.dataset;
  const wanted = chosen("outcome");
  return (!wanted || wanted === outcome || wanted === change || (wanted === "changed" && change !== ""))
    && (!chosen("model") || chosen("model") === model)
    && (!chosen("tag") || tags.split("\n").includes(chosen("tag")))
    && (!text || wordsOf(entry).includes(text));
}

function filter() {
  const text = part("text").value.trim().toLowerCase();
  let shown = 0;
  for (const entry of cases) {
    entry.hidden = !fits(entry, text);
    shown += entry.hidden ? 0 : 1;
  }
  part("shown").textContent = `${shown} of ${cases.length} cases`;
  part("nothing").hidden = shown > 0;
}

function beside() {
  document.body.classList.toggle("beside", part("beside").checked);
}

let waiting = 0;
part("text").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 120);
});
part("filter").addEventListener("change", filter);
part("filter").addEventListener("submit", (event) => {
  event.preventDefault();
  filter();
});
part("beside").addEventListener("change", beside);
part("open").addEventListener("click", () => {
  for (const entry of cases) entry.open = entry.open || !entry.hidden;
});
part("close").addEventListener("click", () => {
  for (const entry of cases) entry.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
  event.preventDefault();
  part("text").focus();
});

let opened = [];
addEventListener("beforeprint", () => {
  opened = cases.filter((entry) => !entry.open && !entry.hidden && entry.matches(".fail, .error, [data-change]:not([data-change=''])"));
  for (const entry of opened) entry.open = true;
});
addEventListener("afterprint", () => {
  for (const entry of opened) entry.open = false;
});
beside();
filter();
