"use strict";
const root = document.documentElement;
const kept = (act) => { try { return act(); } catch { return null; } };
const theme = kept(() => localStorage.getItem("promptctl-theme"));
if (theme === "light" || theme === "dark") root.dataset.theme = theme;
document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  kept(() => localStorage.setItem("promptctl-theme", root.dataset.theme));
});
