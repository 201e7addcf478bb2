"""Reports as one HTML page with charts that needs nothing else: Vega-Lite stands in it, and no request leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from promptctl.core.safe_text import safe_text
from promptctl.reports.drawing import chart_text, drawing_scripts
from promptctl.reports.html_template import policy_source

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --quiet: #59636e; --line: #d1d9e0; }
@media (prefers-color-scheme: dark) { :root { --ink: #d1d7e0; --paper: #151b23; --quiet: #9198a1;
  --line: #3d444d; } }
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
    scripts = drawing_scripts() if page.charts else ()
    allowed = " ".join(f"'{policy_source(script)}'" for script in scripts) or "'none'"
    policy = f"default-src 'none'; style-src '{policy_source(_STYLE)}'; script-src {allowed}"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
            f"<title>{_text(page.title)}</title><style>{_STYLE}</style></head><body><main>",
            f"<h1>{_text(page.title)}</h1>",
            *(f"<p>{_text(sentence)}</p>" for sentence in page.sentences),
            *(_figure(f"chart-{place}", title, chart) for place, (title, chart) in enumerate(page.charts)),
            *map(_table, page.tables),
            "</main>",
            *(f"<script>{script}</script>" for script in scripts),
            "</body></html>\n",
        ]
    )


def _figure(name: str, title: str, chart: Mapping[str, Any]) -> str:
    drawing = f'<div class="drawing" role="img" aria-labelledby="{name}"></div>'
    data = f'<script type="application/json">{chart_text(chart)}</script>'
    return f'<figure class="chart"><figcaption id="{name}">{_text(title)}</figcaption>{drawing}{data}</figure>'


def _table(table: PageTable) -> str:
    title = f"<h2>{_text(table.title)}</h2>" if table.title else ""
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in table.headers)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f'{title}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _text(text: str) -> str:
    return escape(safe_text(text))
