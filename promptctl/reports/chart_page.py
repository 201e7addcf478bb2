"""Reports as one HTML page with charts that needs nothing else: Vega-Lite stands in it, and no request leaves it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from promptctl.core.request import compact_json
from promptctl.core.safe_text import safe_text
from promptctl.reports.html_template import policy_source

_LIBRARIES = ("vega", "vega-lite", "vega-interpreter")
_DRAW = """
const charts = JSON.parse(document.getElementById("charts").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
let views = [];
function draw() {
  views.forEach((view) => view.finalize());
  const [ink, faint] = dark.matches ? ["#d1d7e0", "#3d444d"] : ["#1b1f24", "#d1d9e0"];
  const guide = {labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12};
  const config = {
    background: "transparent",
    axis: {...guide, gridColor: faint, domainColor: ink, tickColor: ink},
    legend: guide,
    view: {stroke: faint},
    style: {ink: {stroke: ink, color: ink}},
  };
  views = charts.map((chart, place) => {
    const parsed = vega.parse(vegaLite.compile(chart, {config}).spec, null, {ast: true});
    const view = new vega.View(parsed, {expr: expressionInterpreter, renderer: "svg"});
    view.initialize(document.getElementById(`chart-${place}`)).hover().runAsync();
    return view;
  });
}
dark.addEventListener("change", draw);
draw();
"""
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --quiet: #59636e; }
@media (prefers-color-scheme: dark) { :root { --ink: #d1d7e0; --paper: #151b23; --quiet: #9198a1; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
body { color: var(--ink); background: var(--paper); } h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .2rem .8rem .2rem 0; text-align: left; }
th { color: var(--quiet); font-weight: 500; } figure { margin: 1.5rem 0; overflow-x: auto; } .wide { overflow-x: auto; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """Rows under headers, under a title where it has one."""

    title: str = ""
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage:
    """What a page shows: sentences, charts as Vega-Lite has them, each under its title, and the tables behind them."""

    title: str
    sentences: Sequence[str]
    charts: Sequence[tuple[str, Mapping[str, Any]]]
    tables: Sequence[PageTable]


def chart_page(page: ChartPage) -> str:
    """The page. Its scripts are named by their digests, and nothing else may run, load or be sent."""
    scripts = [*_libraries(), _DRAW] if page.charts else []
    allowed = " ".join(f"'{policy_source(script)}'" for script in scripts) or "'none'"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}"
    # As JSON within a page: no text can end the element that it stands in.
    data = compact_json([chart for _, chart in page.charts]).replace("<", "\\u003c")
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
            f"<title>{_text(page.title)}</title><style>{_STYLE}</style></head><body><main>",
            f"<h1>{_text(page.title)}</h1>",
            *(f"<p>{_text(sentence)}</p>" for sentence in page.sentences),
            *(_figure(place, title) for place, (title, _) in enumerate(page.charts)),
            *map(_table, page.tables),
            f'</main><script type="application/json" id="charts">{data}</script>',
            *(f"<script>{script}</script>" for script in scripts),
            "</body></html>\n",
        ]
    )


def _figure(place: int, title: str) -> str:
    return f'<figure><figcaption>{_text(title)}</figcaption><div id="chart-{place}"></div></figure>'


def _table(table: PageTable) -> str:
    title = f"<h2>{_text(table.title)}</h2>" if table.title else ""
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in table.headers)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f'{title}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _text(text: str) -> str:
    return escape(safe_text(text))


@cache
def _libraries() -> tuple[str, ...]:
    folder = resources.files("promptctl.reports") / "vega"
    return tuple(gzip.decompress((folder / f"{name}.js.gz").read_bytes()).decode() for name in _LIBRARIES)
