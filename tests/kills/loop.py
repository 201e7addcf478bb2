"""Strike after strike of one kind on copies of one beginning."""

from __future__ import annotations

import math
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from promptctl.adapters.run_journal import runs_folder
from tests.kills.judge import Verdict, before, judged
from tests.kills.scene import Scene, lives_in
from tests.kills.scenes import SCENES
from tests.kills.strikes import (
    Ended,
    Point,
    duration,
    fail_at,
    kill_after,
    kill_at,
    kill_server_after,
    left_alone,
    moments,
    own_points,
    points,
)
from tests.snapshot import Snapshot
from tests.support import GitRepository

GIVES_ROOM = frozenset({"unlink", "unlinkat", "rmdir"})
"""Calls that never fail for want of room."""
_EARLIEST, _LATEST = 0.4, 1.2
"""Of the time that a run in peace takes: before, the interpreter loads; on a busy machine a run takes longer."""
MOST = 1500
"""Characters of one fault that are told."""
MOST_POINTS = 60
"""Points that count for a scene's share: a command of many steps is no more important than others."""
FEWEST = 12
"""Strikes a scene with few points gets in a long run."""


class Loop:
    """Keeps the beginnings that were built, the points that were recorded, and what was found wrong."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self._folder, self._seed = folder, seed
        self._count = 0
        self._kept: dict[str, tuple[Path, Snapshot]] = {}
        self.points = cache(self._points)
        self.clean = cache(self._clean)
        self.wrong: list[str] = []

    def rounds(self, kind: str, name: str, count: int, errors: Sequence[str] = ("ENOSPC",)) -> Counter[str]:
        """As many strikes of one kind on one scene, counted by what they did."""
        tally: Counter[str] = Counter()
        # Begins a copy of its own, in which this process then lives: not between a strike and its judging.
        clean = self.clean(name)
        for said, ended, repository, was in self._strikes(kind, name, count, errors):
            verdict = judged(SCENES[name], repository, was, clean, ended)
            shutil.rmtree(repository.folder.parent, ignore_errors=True)
            tally += _counted(verdict)
            for wrong in verdict.wrong:
                self.wrong.append(f"{name}, {said}: {wrong}")
                print(self.wrong[-1][:MOST], file=sys.stderr, flush=True)
        return tally

    def in_peace(self, name: str) -> Verdict:
        """What the judge finds where nobody strikes."""
        repository, was = self._begin(name)
        ended = left_alone(SCENES[name].line, repository.folder)
        return judged(SCENES[name], repository, was, before(repository), ended)

    def shares(self, kind: str, names: list[str], count: int, fewest: int = FEWEST) -> dict[str, int]:
        """How many strikes each scene gets: by its number of points, not below a few; by nothing where time decides."""
        by_time = kind in ("random", "server")
        weights = {name: 1 if by_time else min(len(self.points(name)), MOST_POINTS) for name in names}
        whole = sum(weights.values())
        return {name: max(math.ceil(count * weight / whole), min(count, fewest)) for name, weight in weights.items()}

    def _strikes(
        self, kind: str, name: str, count: int, errors: Sequence[str]
    ) -> Iterator[tuple[str, Ended, GitRepository, Snapshot]]:
        command, tools = SCENES[name].line, self._folder / "bin"
        if kind == "server":
            longest = self.push_duration(name)
            for moment in moments(count, longest, self._seed, shortest=0.001):
                repository, was = self._begin(name)
                ended = kill_server_after(moment, command, repository.folder, tools)
                yield f"server after {moment:.4f} s", ended, repository, was
            return
        if kind == "random":
            usual = self.clean_duration(name)
            for moment in moments(count, usual * _LATEST, self._seed, shortest=usual * _EARLIEST):
                repository, was = self._begin(name)
                yield f"after {moment:.3f} s", kill_after(moment, command, repository.folder), repository, was
            return
        if kind == "errors":
            for error, part in _in_turns(errors, count).items():
                found = [it for it in self.points(name) if error != "ENOSPC" or it.name not in GIVES_ROOM]
                for number, point in enumerate(_drawn(found, part, f"{self._seed} {error}")):
                    repository, was = self._begin(name)
                    stays = number % 2 == 0
                    ended = fail_at(point, command, repository.folder, tools, error=error, stays=stays)
                    yield f"{error} {'from' if stays else 'at'} {point}", ended, repository, was
            return
        for number, point in enumerate(_drawn(self.points(name), count, f"{self._seed}")):
            repository, was = self._begin(name)
            group = number % 2 == 0
            ended = kill_at(point, command, repository.folder, tools, group=group)
            yield f"killed at {point}, {'all' if group else 'one'}", ended, repository, was

    def _begin(self, name: str) -> tuple[GitRepository, Snapshot]:
        scene: Scene = SCENES[name]
        if name not in self._kept:
            folder = self._next()
            folder.mkdir()
            lives_in(folder)
            first = scene.begin(folder)
            if scene.remote:
                first.git("remote", "set-url", "origin", "../origin.git")
            self._kept[name] = folder, before(first)
        folder, was = self._kept[name]
        copy = self._next()
        shutil.copytree(folder, copy, symlinks=True)
        _journals_follow(folder, copy)
        lives_in(copy)
        return GitRepository(copy / "work"), was

    def _next(self) -> Path:
        self._count += 1
        return self._folder / f"run{self._count}"

    def _points(self, name: str) -> list[Point]:
        command, tools = SCENES[name].line, self._folder / "bin"
        found = points(command, self._begin(name)[0].folder, tools)
        return sorted({*found, *own_points(command, self._begin(name)[0].folder, tools)})

    def _clean(self, name: str) -> Snapshot:
        repository, _ = self._begin(name)
        duration(SCENES[name].line, repository.folder)
        return before(repository)

    def push_duration(self, name: str) -> float:
        """How long the remote's side of a push takes."""
        repository, _ = self._begin(name)
        repository.git("commit", "-q", "--allow-empty", "-m", "x")
        started = time.monotonic()
        repository.git("push", "-q", "origin", "HEAD:refs/heads/timed")
        return time.monotonic() - started

    def clean_duration(self, name: str) -> float:
        """How long the command takes when nobody strikes it."""
        return duration(SCENES[name].line, self._begin(name)[0].folder)


def _journals_follow(folder: Path, copy: Path) -> None:
    """This machine keeps journals of runs by where the repository is."""
    old, new = (runs_folder(copy / "cache", place / "work") for place in (folder, copy))
    if old.exists():
        old.rename(new)


def _in_turns(errors: Sequence[str], count: int) -> Counter[str]:
    """How many strikes each error gets."""
    return Counter(errors[number % len(errors)] for number in range(count))


def _drawn(found: list[Point], count: int, seed: str) -> list[Point]:
    """All points as often as they go into ``count``, and a random choice of them for the rest; none of none."""
    if not found:
        return []
    whole, rest = divmod(count, len(found))
    return [point for point in found for _ in range(whole)] + random.Random(seed).sample(found, rest)


def _counted(verdict: Verdict) -> Counter[str]:
    found = Counter({"runs": 1, verdict.stood: 1})
    found["died"] += verdict.died
    found["recovered"] += verdict.recovered
    found["named"] += bool(verdict.named)
    found["corrupt"] += bool(verdict.wrong)
    return found
