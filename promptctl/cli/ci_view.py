"""A CI run on the terminal: a line for each part, its rows below it, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptctl.reports.ci_report import CiReport, Section


def text(report: CiReport) -> str:
    """Each part with its rows, those that are wrong marked, then the verdict."""
    since = f" (compared with {report.base})" if report.base else ""
    return "\n".join([*map(_section, report.sections), f"{report.outcome}: {report.sentence}{since}"])


def _section(section: Section) -> str:
    from promptctl.cli.tables import table
    from promptctl.reports.ci_report import plain

    line = f"{section.mark}  {section.title}: {section.line}"
    if not section.rows:
        return line
    rows = [[plain(cell) for cell in row] for row in section.rows]
    filled = [place for place, header in enumerate(section.headers) if any(row[place] for row in rows)]
    headers = [section.headers[place] for place in filled]
    drawn = table(headers, [[row[place] for place in filled] for row in rows], indent="    ")
    return f"{line}\n{drawn}"
