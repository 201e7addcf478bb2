"use strict";
const root = document.documentElement;
const kept = (act) => { try { return act(); } catch { return null; } };
const wanted = kept(() => localStorage.getItem("promptctl-theme"));
if (wanted === "light" || wanted === "dark") root.dataset.theme = wanted;
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);

function switchTheme(button) {
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.hidden = false;
  show();
  prefersDark.addEventListener("change", show);
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept(() => localStorage.setItem("promptctl-theme", root.dataset.theme));
    show();
    root.dispatchEvent(new Event("themechange"));
  });
}

/* A list is narrowed and sorted as the server would do it, at once; the address says how, so that it can be shared. */
function narrowList(form) {
  const body = document.querySelector(`#${form.dataset.list} tbody`);
  if (!body) return;
  const [text, shown, order] = ["q", "show", "sort"].map((name) => form.elements[name]);
  const rows = [...body.rows];
  const weight = (row) => Number(row.dataset[order.value] || 0);
  const byName = (left, right) => (left.dataset.name < right.dataset.name ? -1 : 1);
  const narrow = () => {
    const words = text.value.trim().toLowerCase();
    for (const row of rows) {
      const kinds = (row.dataset.kinds || "").split(" ");
      row.hidden = !(row.dataset.name.includes(words) && (shown.value === "all" || kinds.includes(shown.value)));
    }
    body.append(...rows.sort((left, right) => weight(right) - weight(left) || byName(left, right)));
    const left = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = left === rows.length ? `${left} shown` : `${left} of ${rows.length} shown`;
  };
  const told = () => {
    const asked = [["q", text.value.trim()], ["show", shown.value], ["sort", order.value]];
    const said = new URLSearchParams(asked.filter(([, value]) => value && value !== "all" && value !== "name"));
    kept(() => history.replaceState(null, "", said.size ? `?${said}` : location.pathname));
  };
  const asked = new URLSearchParams(location.search);
  for (const field of [text, shown, order]) {
    const value = asked.get(field.name);
    if (value && (field === text || [...field.options].some((it) => it.value === value))) field.value = value;
    field.addEventListener("input", () => { narrow(); told(); });
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); narrow(); told(); });
  form.querySelector("button").hidden = true;
  narrow();
}

document.addEventListener("DOMContentLoaded", () => {
  switchTheme(document.getElementById("theme"));
  document.querySelectorAll("form[data-list]").forEach(narrowList);
});
