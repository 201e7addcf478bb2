"""What people see of a rollout, word for word: its start, its steps, its end, and how other commands tell of it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from promptctl.cli.commands import rollout_watch
from tests.golden import golden
from tests.rollouts import Behaviour, split_of, store_of
from tests.shipping import NAME, done, line, refused
from tests.support import Ran

_HIDDEN = (
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    (re.compile(r"\b[0-9a-f]{7}\b"), "<commit>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "<time>"),
    (re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE), "<time> "),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<date>"),
    (re.compile(r"sha256:[0-9a-f]{12}\b"), "<digest>"),
)


def screens(*runs: tuple[str, Ran]) -> str:
    text = "".join(f"$ promptctl {line}\n{ran.out}{ran.err}\n" for line, ran in runs)
    for pattern, name in _HIDDEN:
        text = pattern.sub(name, text)
    return text


def test_screens_of_a_rollout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = line(tmp_path, staged=("1.1.0",))
    shown = []

    def see(text: str, *more: str, code: int = 0) -> None:
        shown.append((text, refused(repository, *text.split(), *more, code=code)))

    see(f"rollout start {NAME}@1.2.0 staging --steps 10,100 --minimum-minutes 0 --shadow 5", "--when", "plan == 'pro'")
    see("rollout status")
    see("status")
    kept = store_of(tmp_path / "calls.sqlite3", split_of(repository), 60)
    see("rollout advance staging", "--store", kept)
    see(f"rollout pause {NAME} staging --reason lunch")
    see(f"rollout advance {NAME} staging", "--store", kept)
    see(f"rollout resume {NAME} staging --reason back")
    bad = store_of(tmp_path / "bad.sqlite3", split_of(repository), 900, canary=Behaviour(failing=0.5))
    see(f"rollout advance {NAME} staging --dry-run", "--store", bad, code=1)
    abort = ("rollout", "abort", NAME, "staging", "--reason", "enough")
    monkeypatch.setattr(rollout_watch, "time", SimpleNamespace(sleep=lambda _: done(repository, *abort)))
    see("rollout watch staging", "--store", kept, code=1)
    see(f"rollout abort {NAME} staging --reason again", code=3)
    see("status")
    see(f"history {NAME}")
    golden("ship/rollout.txt", screens(*shown))


def test_what_programs_read_of_a_rollout(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.1.0",))
    start = done(repository, "rollout", "start", f"{NAME}@1.2.0", "staging", "--json")
    nothing = store_of(tmp_path / "calls.sqlite3", split_of(repository), 0)
    advance = done(repository, "rollout", "advance", "staging", "--dry-run", "--store", nothing, "--json")
    status = done(repository, "rollout", "status", "--json")
    runs = (("rollout start", start), ("rollout advance --dry-run", advance), ("rollout status", status))
    golden("ship/rollout.json.txt", screens(*runs))
