"""Reports of evals as one HTML page that needs nothing else: no request leaves it, and no answer is more than text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from promptctl.core.diffs.matching import MAX_WORK
from promptctl.core.diffs.text_diff import Piece, diff_work, word_diff
from promptctl.core.evals.check import Check, spell
from promptctl.core.evals.report import Answered, EvalReport, Row
from promptctl.core.files.yaml_text import flow
from promptctl.reports import charts
from promptctl.reports.html_template import html_environment, package_text, policy_source

if TYPE_CHECKING:
    from jinja2 import Template

MAX_TEXT = 20_000
"""Characters of one answer; what follows is left out, and the page says how much."""
MAX_PAGE = 20_000_000
"""Characters of all answers; the rows that come last lose theirs first, and those are the ones that pass."""

PAGE_WORK, LITTLE_WORK = 30_000_000, 10_000
"""Comparisons of words of a whole page, some seconds whatever the answers are. Of rows that come when they are used up,
each pair may take only a little: where that is not enough it is marked as different from end to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """One answer on one side: what it is, and its text in pieces; ``missing`` says why there is no text."""

    side: str
    answer: Answered
    facts: str
    pieces: tuple[Piece, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row with its answers side by side, a pair for each sample."""

    row: Row
    inputs: tuple[tuple[str, str], ...]
    pairs: tuple[tuple[Pane, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One prompt's report with what the page draws."""

    report: EvalReport
    entries: tuple[Entry, ...]
    charts: tuple[charts.Chart, ...]


def eval_html(reports: Sequence[EvalReport]) -> str:
    """The page. Its policy allows its own style and script, by their hashes, and nothing else."""
    style, script = _file("eval_report.css"), _file("eval_report.js")
    page: str = _template().render(
        sections=tuple(_sections(reports)),
        policy=f"default-src 'none'; style-src '{policy_source(style)}'; script-src '{policy_source(script)}'; "
        "base-uri 'none'; form-action 'none'",
        models=sorted({row.model for report in reports for row in report.rows}),
        tags=sorted({f"{key}={value}" for it in reports for row in it.rows for key, value in row.tags.items()}),
    )
    return page


@cache
def _template() -> Template:
    """The page's template, with this package's own style and script."""
    from markupsafe import Markup

    environment = html_environment(__package__)
    environment.filters |= {"spell": spell, "interval": _interval}
    own = {name: Markup(_file(f"eval_report.{ending}")) for name, ending in (("style", "css"), ("script", "js"))}  # noqa: S704
    return environment.get_template("eval_report.html", globals={**own, "box": charts})


def _file(name: str) -> str:
    return package_text(__package__, name)


def _sections(reports: Sequence[EvalReport]) -> Iterator[Section]:
    room = MAX_PAGE
    left = PAGE_WORK
    for report in reports:
        entries = []
        for row in report.rows:
            size = sum(min(len(answer.text or ""), MAX_TEXT) for answer in (*row.now, *row.before))
            need = _work(row)
            work = MAX_WORK if need <= left else LITTLE_WORK
            entries.append(_entry(row, work if size <= room else None))
            room -= size
            left -= need if need <= left else 0
        yield Section(report=report, entries=tuple(entries), charts=tuple(_charts(report)))


def _work(row: Row) -> int:
    """The most that comparing the answers of a row can take."""
    before = {answer.sample: answer.text for answer in row.before}
    texts = ((before.get(it.sample), it.text) for it in row.now)
    return sum(diff_work(_cut(old), _cut(new)) for old, new in texts if old is not None and new is not None)


def _entry(row: Row, work: int | None) -> Entry:
    """``work`` bounds the comparison of each pair; None leaves the answers out."""
    before, now = ({answer.sample: answer for answer in side} for side in (row.before, row.now))
    pairs = (_pair(before.get(sample), now.get(sample), work) for sample in {**now, **before})
    return Entry(
        row=row,
        inputs=tuple((name, value if isinstance(value, str) else flow(value)) for name, value in row.inputs.items()),
        pairs=tuple(pairs),
    )


def _pair(before: Answered | None, now: Answered | None, work: int | None) -> tuple[Pane, ...]:
    """Both answers; words that only one has are marked in it."""
    old, new = (_cut(it.text) if it and it.text is not None and work else None for it in (before, now))
    if old is not None and new is not None and work:
        pieces = word_diff(old, new, work)
        texts = [tuple(piece for piece in pieces if piece.kind != other) for other in ("added", "removed")]
    else:
        texts = [(Piece("same", text),) if text is not None else () for text in (old, new)]
    sides = zip(("before", "now"), (before, now), texts, strict=True)
    return tuple(_pane(side, answer, pieces, fits=bool(work)) for side, answer, pieces in sides if answer)


def _pane(side: str, answer: Answered, pieces: tuple[Piece, ...], *, fits: bool) -> Pane:
    scores = [f"{name} {spell(value)}" for name, value in answer.scores.items() if name != "score"]
    cost = [] if answer.cost is None else [f"${answer.cost:.6f}"]
    latency = [] if answer.latency_ms is None else [f"{answer.latency_ms:.0f} ms"]
    missing = ""
    if answer.text is None:
        missing = "There is no answer." if answer.outcome == "error" else "Its reply is not kept here."
    elif not fits:
        missing = "This page is full: promptctl eval show NAME --case CASE prints the answer."
    return Pane(side=side, answer=answer, facts=" · ".join([*scores, *latency, *cost]), pieces=pieces, missing=missing)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}\n… {len(text) - MAX_TEXT} more characters"


def _charts(report: EvalReport) -> Iterator[charts.Chart]:
    rows = [row for row in report.rows if row.gates]
    sides = [it for row in rows for it in row.now], [it for row in rows for it in row.before]
    times = [[it.latency_ms for it in side if it.latency_ms is not None] for side in sides]
    costs = [[it.cost * 1000 for it in side if it.cost is not None] for side in sides]
    found = (
        charts.shares("Passing cases", report.runs),
        charts.histogram("Latency", "milliseconds", *times),
        charts.histogram("Cost", "thousandths of a US dollar", *costs),
    )
    yield from (chart for chart in found if chart)


def _interval(check: Check) -> str:
    """The interval of a check, empty without one."""
    return f"[{spell(check.interval.low)}, {spell(check.interval.high)}]" if check.interval else ""
