"""The summary of a CI run as Markdown: what is wrong first; nothing in it can leave its table cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from promptctl.core.lint.finding import LEVELS, Finding
from promptctl.reports.diff_markdown import code

MAX_BYTES = 1_000_000
"""GitHub takes a MiB of summary a step, and nothing of a longer one."""
MAX_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the run: its title, whether it holds (None: not known), a line, and a table of rows under headers."""

    title: str
    ok: bool | None
    line: str
    headers: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()


def ci_markdown(sections: Sequence[Section]) -> str:
    """The summary; a table that is too long for a summary is cut and says so."""
    text = "\n\n".join(["## promptctl", _overview(sections), *(block for it in sections for block in _section(it))])
    data = text.encode()
    if len(data) <= MAX_BYTES:
        return text + "\n"
    cut = data[:MAX_BYTES].decode("utf-8", "ignore").rpartition("\n")[0]
    return f"{cut}\n\nThe rest does not fit into a summary: `promptctl ci` prints all of it.\n"


def finding_rows(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """Findings as rows, the worst first."""
    worst = sorted(findings, key=lambda finding: LEVELS.index(finding.level))
    return [(it.level, it.code, str(it.place), it.message + (f" ({it.hint})" if it.hint else "")) for it in worst]


FINDING_HEADERS = ("level", "code", "where", "what")


def _overview(sections: Sequence[Section]) -> str:
    marks = {True: "✅", False: "❌", None: "❔"}
    rows = [f"| {marks[section.ok]} | {section.title} | {cell(section.line)} |" for section in sections]
    return "\n".join(["| | | |", "|---|---|---|", *rows])


def _section(section: Section) -> Iterator[str]:
    if not section.rows:
        return
    yield f"### {section.title}"
    yield table(section.headers, section.rows[:MAX_ROWS])
    if len(section.rows) > MAX_ROWS:
        yield f"{len(section.rows) - MAX_ROWS} more are not shown."


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are text and nothing else."""
    head = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    return "\n".join([*head, *(f"| {' | '.join(cell(text) for text in row)} |" for row in rows)])


def cell(text: str) -> str:
    """Text as code, in which Markdown means nothing; a bar inside would end the cell."""
    return code(text[:1000]).replace("|", "\\|") if text else ""
