"use strict";
(() => {
  const drawn = new Map();
  const autosize = {type: "fit-x", contains: "padding"};
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function config(width) {
    const [ink, faint, narrow] = [color("--ink"), color("--line"), width < 560];
    const guide = {labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12};
    return {
      aria: false,
      mark: {aria: false, color: color("--link")},
      background: "transparent",
      axis: {...guide, gridColor: faint, domainColor: ink, tickColor: ink},
      axisX: {labelOverlap: true, labelFlush: true, tickCount: narrow ? 4 : 8},
      axisY: {labelLimit: Math.max(90, 0.36 * width)},
      legend: {...guide, ...(narrow ? {orient: "bottom", columns: 2} : {}), labelLimit: Math.max(90, 0.3 * width)},
      view: {stroke: faint},
      style: {ink: {stroke: ink, color: ink}},
    };
  }

  function draw(place) {
    const width = place.clientWidth;
    if (!width) return;
    drawn.get(place)?.view?.finalize();
    const chart = {...JSON.parse(place.nextElementSibling.textContent), width, autosize};
    const parsed = vega.parse(vegaLite.compile(chart, {config: config(width)}).spec, null, {ast: true});
    const view = new vega.View(parsed, {expr: expressionInterpreter, renderer: "svg"});
    drawn.set(place, {view, width});
    view.initialize(place).hover().runAsync();
  }

  const sizes = new ResizeObserver((entries) => requestAnimationFrame(() => entries.forEach(({target}) => {
    if (target.isConnected && target.clientWidth !== drawn.get(target)?.width) draw(target);
  })));

  function find() {
    drawn.forEach(({view}, place) => { if (!place.isConnected) { view.finalize(); drawn.delete(place); } });
    document.querySelectorAll("figure.chart > .drawing").forEach((place) => {
      if (!drawn.has(place)) { draw(place); sizes.observe(place); }
    });
  }

  const again = () => drawn.forEach((_, place) => draw(place));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, {attributeFilter: ["data-theme"]});
  document.addEventListener("promptctl-changed", find);
  find();
})();
