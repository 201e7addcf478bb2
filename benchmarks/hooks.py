"""Rows on what Git calls: the hooks of ``.pre-commit-hooks.yaml``, the text conversion and the merge driver."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.clock import Process, race
from benchmarks.references import floor, promptctl
from benchmarks.repositories import FIFTY
from benchmarks.row import Measured, Row
from promptctl.adapters.files import parse_yaml
from promptctl.core.releases.lockfile import PATH, parse_lock

_HOOKS = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"


def _entry(hook: str) -> list[str] | None:
    """The command line of a hook, without files; None when there is no such hook."""
    if not _HOOKS.exists():
        return None
    found = parse_yaml(_HOOKS.read_bytes(), _HOOKS.name).value
    line = next((entry["entry"] for entry in found if entry["id"].endswith(hook)), None)
    return promptctl(*shlex.split(line)[1:]) if line else None


def _hook(hook: str, files: int) -> Callable[[int], Measured | str]:
    def measure(rounds: int) -> Measured | str:
        line = _entry(hook)
        if line is None:
            return f"there is no hook {hook} yet"
        paths = [f"prompts/{name}/prompt.yaml" for name in FIFTY.names[:files]]
        ours = Process(line=[*line, *paths], folder=FIFTY.folder, codes=(0, 1))
        times = race({"ours": ours, "floor": floor(FIFTY.folder)}, rounds)
        return Measured(ours=times["ours"].wall, reference=times["floor"].wall)

    return measure


def _textconv(rounds: int) -> Measured | str:
    ours = promptctl("textconv", f"prompts/{FIFTY.names[0]}/prompt.yaml")
    return _against_floor(ours, FIFTY.folder, rounds)


def _merge_driver(rounds: int) -> Measured | str:
    """Three locks of fifty prompts; each side changed another one."""
    base = parse_lock((FIFTY.folder / PATH).read_text())
    with tempfile.TemporaryDirectory() as folder:
        for side, name in (("base", None), ("ours", FIFTY.names[0]), ("theirs", FIFTY.names[1])):
            changed = base.with_entry(name, replace(base.prompts[name], breaking=True)) if name else base
            (Path(folder) / side).write_text(changed.to_text())
        return _against_floor(promptctl("merge-driver", "base", "ours", "theirs", PATH), Path(folder), rounds)


def _against_floor(line: list[str], folder: Path, rounds: int) -> Measured:
    times = race({"ours": Process(line=line, folder=folder), "floor": floor(folder)}, rounds)
    return Measured(ours=times["ours"].wall, reference=times["floor"].wall)


def _row(key: str, title: str, limit: float, measure: Callable[[int], Measured | str]) -> Row:
    return Row(
        key=key, group="hook", title=title, target=f"<= {limit:g}x floor", limit=limit, measure=measure, rounds=21
    )


ROWS = (
    _row("textconv", "text conversion", 6.0, _textconv),
    _row("merge-driver", "merge driver", 6.0, _merge_driver),
    _row("hook-one", "lint hook, one file", 6.0, _hook("lint", 1)),
    _row("hook-fifty", "lint hook, 50 staged prompts", 15.0, _hook("lint", 50)),
)
