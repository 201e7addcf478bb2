"""Reports as one HTML page with charts that needs nothing else: Vega-Lite stands in it, and no request leaves it."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from promptctl.core.request import compact_json
from promptctl.core.safe_text import safe_text

_LIBRARIES = ("vega", "vega-lite", "vega-interpreter")
_DRAW = """
const pages = JSON.parse(document.getElementById("charts").textContent);
for (const [place, chart] of pages.entries()) {
  const parsed = vega.parse(vegaLite.compile(chart).spec, null, {ast: true});
  const options = {expr: expressionInterpreter, renderer: "svg"};
  new vega.View(parsed, options).initialize(document.getElementById(`chart-${place}`)).hover().runAsync();
}
"""
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .2rem .8rem .2rem 0; text-align: left; }
th { color: #59636e; font-weight: 500; } figure { margin: 1.5rem 0; overflow-x: auto; } .wide { overflow-x: auto; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage:
    """What a page shows: sentences, charts as Vega-Lite has them, each under its title, and the table behind them."""

    title: str
    sentences: Sequence[str]
    charts: Sequence[tuple[str, Mapping[str, Any]]]
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def chart_page(page: ChartPage) -> str:
    """The page. Its scripts are named by their digests, and nothing else may run, load or be sent."""
    scripts = [*_libraries(), _DRAW] if page.charts else []
    allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
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
            _table(page.headers, page.rows),
            f'</main><script type="application/json" id="charts">{data}</script>',
            *(f"<script>{script}</script>" for script in scripts),
            "</body></html>\n",
        ]
    )


def _figure(place: int, title: str) -> str:
    return f'<figure><figcaption>{_text(title)}</figcaption><div id="chart-{place}"></div></figure>'


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in headers)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _text(text: str) -> str:
    return escape(safe_text(text))


@cache
def _libraries() -> tuple[str, ...]:
    folder = resources.files("promptctl.reports") / "vega"
    return tuple(gzip.decompress((folder / f"{name}.js.gz").read_bytes()).decode() for name in _LIBRARIES)


def _digest(script: str) -> str:
    return b64encode(hashlib.sha256(script.encode()).digest()).decode()
