"""A CI run as Markdown: for a job's summary, a file, and a comment of a pull request that is found again.

The verdict comes first, then what a reader looks for in ten seconds; the rest is folded. Foreign text stands in code
spans, in which GitHub makes nothing of names, links, images and HTML. Where there is no room, whole sections are left
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from promptctl.reports.ci_report import GRAVEST, STOP, Cell, CiReport, Own, Section, Sign
from promptctl.reports.diff_markdown import code

MAX_BYTES = 1_000_000
"""GitHub takes a MiB of summary a step, and nothing of a longer one."""
MAX_CHARACTERS = 65_536
"""GitHub takes as many of a comment."""
MAX_ROWS, MAX_COMMENT_ROWS = 200, 30
MAX_CELL, MAX_COMMENT_CELL = 1_000, 300
MARKER = "<!-- promptctl ci -->"
"""The first line of a comment, by which its author finds it again; nobody sees it."""
_ROOM, _LEAST_ROWS = 1_000, 3
_SIGNS = {"ok": "✅", "no": "❌", "??": "❔", "!!": "⚠️"}
_OUTCOMES = {"pass": "✅ promptctl: pass", "fail": "❌ promptctl: fail", "unknown": "❔ promptctl: not known",
             "error": "❌ promptctl: not run"}  # fmt: skip


def ci_markdown(report: CiReport) -> str:
    """The whole report, as large as a job's summary may be."""
    return _written(report, "", MAX_BYTES, lambda text: len(text.encode()), MAX_ROWS, MAX_CELL)


def ci_comment(report: CiReport) -> str:
    """The body of a comment, as large as GitHub takes it. The same run gives the same bytes."""
    return _written(report, f"{MARKER}\n", MAX_CHARACTERS, _utf16, MAX_COMMENT_ROWS, MAX_COMMENT_CELL)


def _utf16(text: str) -> int:
    """Characters as UTF-16 counts them, which is never less than any other count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _written(report: CiReport, start: str, room: int, size: Callable[[str], int], most_rows: int, most: int) -> str:
    """The head, then sections as long as there is room for them: the gravest take theirs first, with fewer rows if need
    be."""
    head = f"{start}### {_OUTCOMES[report.outcome]}\n\n{report.sentence}."
    head += f"\n\nCompared with {_cell(report.base, most)}." if report.base else ""
    left, kept, worth = room - size(head) - _ROOM, dict[str, str](), [it for it in report.sections if _worth(it)]
    for section in sorted(worth, key=lambda it: (it.folded, GRAVEST.index(it.mark))):
        for rows in (most_rows, most_rows // 2, most_rows // 4, most_rows // 8, _LEAST_ROWS):
            text = _section(section, rows, most)
            if size(text) + 2 <= left:
                left -= size(text) + 2
                kept[section.title] = text
                break
    shown = [kept[it.title] for it in worth if it.title in kept]
    tail = _tail(report, {it.title for it in worth} - kept.keys())
    return "\n\n".join(block for block in (head, *shown, tail) if block) + "\n"


def _worth(section: Section) -> bool:
    return bool(section.rows) or section.mark != "ok"


def _tail(report: CiReport, gone: set[str]) -> str:
    """What holds in a line, then what there was no room for."""
    fine = [f"{it.title}: {it.line}" for it in report.sections if not _worth(it)]
    lines = [f"✅ {'; '.join(fine)}."] if fine else []
    if gone:
        titles = [f"{it.title} ({it.line})" for it in report.sections if it.title in gone]
        lines.append(f"There is no room here for: {'; '.join(titles)}. `promptctl ci` prints all of it.")
    return "\n\n".join(lines)


def _section(section: Section, most_rows: int, most: int) -> str:
    rows = [[_cell(cell, most) for cell in row] for row in section.rows[:most_rows]]
    title = f"{_SIGNS[section.mark]} {section.title}: {section.line}"
    body = [_table(section.headers, rows)] if rows else []
    if len(section.rows) > most_rows:
        body.append(f"{len(section.rows) - most_rows} more are not shown: `promptctl ci` prints them.")
    if section.folded and rows:
        opened = " open" if section.mark == "no" else ""
        return "\n\n".join([f"<details{opened}><summary>{title}</summary>", *body, "</details>"])
    return "\n\n".join([f"**{title}**", *body])


def _cell(cell: Cell, most: int) -> str:
    """A cell in which nothing foreign is more than text; a bar would end it."""
    pieces = (cell,) if isinstance(cell, str) else cell
    return "".join(_own(piece) if isinstance(piece, Own) else _foreign(piece, most) for piece in pieces)


def _own(piece: Own) -> str:
    if isinstance(piece, Sign):
        return _SIGNS[piece]
    return "<br>" if piece is STOP else str(piece)


def _foreign(text: str, most: int) -> str:
    cut = text if len(text) <= most else f"{text[:most]}…"
    return code(cut).replace("|", "\\|") if text else ""


def table(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table whose cells are text and nothing else."""
    return _table(headers, [[_cell(it, MAX_CELL) for it in row] for row in rows])


def cell(text: str) -> str:
    """Text as code, in which Markdown means nothing; a bar inside would end the cell."""
    return _foreign(text, MAX_CELL)


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])
