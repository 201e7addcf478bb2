"use strict";
(() => {
  const content = document.getElementById("content");
  const seconds = Number(content.dataset.refresh);
  if (!seconds || !location.protocol.startsWith("http")) return;
  const note = document.createElement("aside");
  note.className = "live quiet";
  note.setAttribute("aria-label", "Refreshing");
  const button = document.createElement("button");
  button.type = "button";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  // When it last looked is shown, and read out only to who asks: it changes all the time.
  const when = document.createElement("time");
  note.append(button, " ", said, " ", when);
  content.before(note);
  let [paused, tag, timer] = [false, null, null];

  const parts = (root) => [...root.children];
  const texts = (root) => parts(root).map((part) => part.outerHTML);
  let before = texts(content);

  function focused(part) {
    const here = document.activeElement;
    if (!part.contains(here)) return null;
    const all = [...part.querySelectorAll("a, button, input, select, summary, [tabindex]")];
    return {tag: here.tagName, text: here.textContent, place: all.indexOf(here)};
  }

  function focus(part, had) {
    const all = [...part.querySelectorAll("a, button, input, select, summary, [tabindex]")];
    const same = all.find((it) => it.tagName === had.tag && it.textContent === had.text) ?? all[had.place];
    same?.focus({preventScroll: true});
  }

  function exchange(old, fresh) {
    const open = [...old.querySelectorAll("details")].map((it) => it.open);
    const aside = [...old.querySelectorAll(".wide")].map((it) => it.scrollLeft);
    const had = focused(old);
    old.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((it, place) => { it.open = open[place] ?? it.open; });
    fresh.querySelectorAll(".wide").forEach((it, place) => { it.scrollLeft = aside[place] ?? 0; });
    if (had) focus(fresh, had);
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("content");
    if (!fresh) return;
    const [shown, next, top] = [parts(content), texts(fresh), scrollY];
    if (shown.length === next.length) {
      parts(fresh).forEach((part, place) => { if (next[place] !== before[place]) exchange(shown[place], part); });
    } else {
      const had = focused(content);
      content.replaceChildren(...parts(fresh));
      if (had) focus(content, had);
    }
    [before, document.title] = [next, page.title];
    scrollTo({top, behavior: "instant"});
    document.dispatchEvent(new Event("promptctl-changed"));
  }

  const say = (text) => { if (said.textContent !== text) said.textContent = text; };

  async function look() {
    try {
      const answer = await fetch(location.href, {cache: "no-cache", redirect: "error"});
      if (paused) return;
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const found = answer.headers.get("etag");
      if (found !== tag) { show(await answer.text()); tag = found; }
      say(`Refreshed every ${seconds} s.`);
    } catch (error) {
      say(`Not refreshed, ${error.message}; trying again.`);
    }
    when.textContent = `Last looked ${new Date().toLocaleTimeString()}.`;
  }

  function follow() {
    clearInterval(timer);
    timer = paused ? null : setInterval(() => { if (!document.hidden) look(); }, 1000 * seconds);
    button.textContent = paused ? "Refresh by itself" : "Stop refreshing";
    say(paused ? "Not refreshed any more." : `Refreshed every ${seconds} s.`);
  }

  button.addEventListener("click", () => { paused = !paused; follow(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !paused) look(); });
  follow();
})();
