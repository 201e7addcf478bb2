"""Curves of commands over registries: against prompts, tags and moves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.clock import Process, run_once
from benchmarks.grown import Grown
from benchmarks.growth.curve import Axis, Curve
from benchmarks.references import promptctl
from benchmarks.repositories import FEW_TAGS, MANY_TAGS, NOTHING, TEN, Generated, forget

ROUNDS = 3
_CODES = (0, 1)
"""Some of them judge."""


def processor(line: list[str], folder: Path, before: Callable[[], object] | None = None, rounds: int = ROUNDS) -> float:
    """Milliseconds of processor time that a command takes with all it starts: the least of some runs.

    Without ``before`` one run more goes first, in which it notes what it will know.
    """
    process = Process(line=line, folder=folder, codes=_CODES)
    found = []
    for number in range(rounds + 1):
        if before:
            before()
        spent = run_once(process)[1]
        if number or before:
            found.append(spent)
    return min(found)


def _whole(words: str, registry: Callable[[int], Generated | Grown], *, cold: bool = False) -> Curve:
    """A command about all prompts; ``cold`` as if no command had run before. It starts as with no prompts."""
    line = promptctl(*words.split())

    def cost(size: int) -> float:
        folder = registry(size).folder
        return processor(line, folder, partial(forget, folder) if cold else None, 1 if cold else ROUNDS)

    title = f"{words}, nothing known" if cold else words
    return Curve(title=title, cost=cost, start=lambda: processor(line, NOTHING.folder))


def _single(words: str, registry: Callable[[int], Generated | Grown]) -> Curve:
    """A command about one prompt. It starts as with ten prompts."""
    found = [word.replace("NAME", TEN.subject) for word in words.split()]
    line = promptctl(*found)
    return Curve(
        title=words,
        cost=lambda size: processor(line, registry(size).folder),
        start=lambda: processor(line, TEN.folder),
    )


def _prompts(size: int) -> Generated:
    return Generated(key=f"prompts-{size}", prompts=size, served=10)


def _tags(size: int) -> Generated:
    known = {1_000: FEW_TAGS, 50_000: MANY_TAGS}
    versions = size // 1_000
    usual = Generated(key=f"tags-{size}", prompts=1_000, versions=versions, subject_versions=5, served=10)
    return known.get(size, usual)


def _versions(size: int) -> Grown:
    return Grown(prompts=10, subject_versions=size)


def _moves(size: int) -> Grown:
    return Grown(prompts=10, versions=2, subject_versions=2, moved=1, moves=size)


def _moves_of_all(size: int) -> Grown:
    return Grown(prompts=500, versions=2, subject_versions=2, moved=500, moves=size // 500)


_ALL = ("status", "drift", "lock --check", "list", "lint")
_ONE = ("hash NAME", "show NAME", "history NAME")

PROMPTS = Axis(
    key="prompts",
    title="Prompts, ten of them served",
    unit="prompt",
    sizes=(10, 100, 1_000, 10_000),
    quick=(10, 100, 1_000),
    curves=(
        *(_whole(words, _prompts) for words in _ALL),
        *(_whole(words, _prompts, cold=True) for words in ("status", "lint")),
        *(_single(words, _prompts) for words in _ONE),
    ),
)
TAGS = Axis(
    key="tags",
    title="Release tags of 1,000 prompts, five of the one that is asked for",
    unit="tag",
    sizes=(1_000, 5_000, 10_000, 50_000),
    quick=(1_000, 5_000),
    curves=(
        *(_whole(words, _tags) for words in ("status", "drift", "list")),
        _whole("drift", _tags, cold=True),
        *(_single(words, _tags) for words in ("hash NAME@1.2.0", "show NAME", "history NAME")),
    ),
)
VERSIONS = Axis(
    key="versions",
    title="Release tags of the one prompt that is asked for",
    unit="tag",
    sizes=(10, 100, 1_000),
    quick=(10, 100),
    curves=tuple(_single(words, _versions) for words in ("hash NAME@1.2.0", "show NAME", "history NAME", "list")),
)


def _moves_axis(key: str, title: str, sizes: tuple[int, ...], registry: Callable[[int], Grown]) -> Axis:
    return Axis(
        key=key,
        title=title,
        unit="move",
        sizes=sizes,
        quick=sizes[:2],
        curves=(
            *(_whole(words, registry) for words in ("status", "drift", "list")),
            _whole("drift", registry, cold=True),
            *(_single(words, registry) for words in ("history NAME", "plan NAME@1.1.0 prod")),
        ),
    )


MOVES = _moves_axis("moves", "Moves of one prompt, in 100 commits at most", (10, 100, 1_000, 5_000), _moves)
MOVES_OF_ALL = _moves_axis("moves-of-all", "Moves of 500 prompts, a commit each", (500, 1_500, 5_000), _moves_of_all)
AXES = (PROMPTS, TAGS, VERSIONS, MOVES, MOVES_OF_ALL)
