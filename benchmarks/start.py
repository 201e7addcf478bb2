"""Rows on the start of a command: everything before and around its work, as multiples of an empty interpreter."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.clock import Process, race
from benchmarks.references import floor, promptctl
from benchmarks.repositories import FIFTY, TEN, Generated
from benchmarks.row import Measured, Row


def _against_floor(kind: Generated, *arguments: str, codes: tuple[int, ...] = (0,)) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        folder = kind.folder
        line = [word.replace("NAME", kind.subject) for word in arguments]
        ours = Process(line=promptctl(*line), folder=folder, codes=codes)
        times = race({"ours": ours, "floor": floor(folder)}, rounds)
        details = {"ours processor": times["ours"].processor, "ours fastest": times["ours"].fastest}
        return Measured(ours=times["ours"].wall, reference=times["floor"].wall, details=details)

    return measure


def _row(key: str, title: str, limit: float, *arguments: str, group: str = "spine", kind: Generated = TEN) -> Row:
    return Row(
        key=key,
        group=group,
        title=title,
        target=f"<= {limit:g}x floor",
        limit=limit,
        measure=_against_floor(kind, *arguments),
        rounds=21,
    )


ROWS = (
    _row("version", "`--version`", 2.0, "--version"),
    _row("render", "`render NAME`", 9.0, "render", "NAME", "-i", "question=hello"),
    _row("hash", "`hash NAME`", 9.0, "hash", "NAME"),
    _row("lint-one", "`lint NAME`", 9.0, "lint", "NAME"),
    _row("status-ten", "`status`, ten prompts", 12.0, "status"),
    _row("list-ten", "`list`, ten prompts", 12.0, "list"),
    _row("drift-ten", "`drift`, ten prompts", 12.0, "drift"),
    _row("help", "`--help`", 12.0, "--help"),
    _row("completion", "completion of a name", 6.0, "--complete", "show", "team", group="hook"),
    _row("completion-option", "completion of an option", 6.0, "--complete", "render", "--f", group="hook"),
    _row("lint-fifty", "`lint` of 50 prompts", 15.0, "lint", group="hook", kind=FIFTY),
)
