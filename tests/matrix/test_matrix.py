"""Every command in every state of a repository: it works, or refuses with a repair and nothing changed.

The suite pairs each state with some commands so that all commands meet several states; ``-m long`` runs all pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from promptctl.cli.table import command_named, summaries
from tests.matrix.checkouts import reachable
from tests.matrix.states import STATES, as_somebody
from tests.matrix.table import ELSEWHERE, EXCEPTIONS, LACKS, READING, WRITING, Line, refuses
from tests.shipping import run
from tests.support import Ran

FETCHED = re.compile(r"\.git/(logs/)?refs/(remotes|promptctl)/|\.git/promptctl/lock$|\.git/FETCH_HEAD$")
"""What a refused command may leave: what it learnt from the remote, and the empty lock that nobody holds."""
_EVERY = 9


def everything(folder: Path) -> dict[str, bytes | str]:
    """All files below a folder, Git's own included but for objects, which nothing names yet."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if (path.is_symlink() or path.is_file()) and "objects" not in path.parts
    }


def changed(before: dict[str, bytes | str], after: dict[str, bytes | str]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def meets(state: str, line: Line, folder: Path, above: Path) -> None:
    """Runs one command in one state and judges how it ended."""
    before = everything(above)
    with as_somebody(above.parent) if state == "read only" else nullcontext():
        ran = run(folder, *line.words)
    touched = changed(before, everything(above))
    expected(state, line, ran)
    if not line.writes:
        assert not touched, (state, line.called, touched)
    elif ran.code > 1:
        left = {path for path in touched if not FETCHED.search(path)}
        assert not left, (state, line.called, ran, left)


def expected(state: str, line: Line, ran: Ran) -> None:
    case = (state, line.called)
    assert "Traceback" not in ran.out + ran.err, (case, ran)
    if case in EXCEPTIONS:
        assert ran.code == EXCEPTIONS[case][0], (case, ran)
    elif refuses(state, line):
        assert ran.code in (2, 3, 4), (case, ran)
    else:
        assert ran.code in ((0, 1) if line.judges else (0,)), (case, ran)
    if ran.code > 1:
        assert re.search(r"^error\[PC\d{3}\]", ran.err, re.MULTILINE), (case, ran)
        assert "\n  hint: " in ran.err, (case, ran)


def built(state: str, above: Path) -> Path:
    above.mkdir()
    return STATES[state](above)


def sample(lines: tuple[Line, ...], state: str) -> tuple[Line, ...]:
    return lines[list(STATES).index(state) % _EVERY :: _EVERY]


def walk(state: str, folder: Path, reading: tuple[Line, ...], writing: tuple[Line, ...]) -> None:
    """Reading commands one after the other on one copy, writing ones each on its own."""
    where = built(state, folder / "reading")
    for line in reading:
        meets(state, line, where, folder / "reading")
    for number, line in enumerate(writing):
        meets(state, line, built(state, folder / f"writing-{number}"), folder / f"writing-{number}")


@pytest.fixture
def place() -> Iterator[Path]:
    with reachable() as folder:
        yield folder


@pytest.mark.parametrize("state", STATES)
def test_some_commands_in_every_state(place: Path, state: str) -> None:
    walk(state, place, sample(READING, state), sample(WRITING, state))


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(place: Path, state: str) -> None:
    walk(state, place, READING, WRITING)


def test_in_a_clean_state_nothing_says_no(tmp_path: Path) -> None:
    where = built("clean", tmp_path / "clean")
    for line in READING:
        assert run(where, *line.words).code == 0, line


def test_the_table_is_whole() -> None:
    assert {command_named(line.words) for line in (*READING, *WRITING)} | ELSEWHERE.keys() == summaries().keys()
    assert LACKS.keys() == STATES.keys()
    met = {line.called for state in STATES for line in (*sample(READING, state), *sample(WRITING, state))}
    assert met == {line.called for line in (*READING, *WRITING)}
    lines = {line.called: line for line in (*READING, *WRITING)}
    assert all(reason and called in lines for (_, called), (_, reason) in EXCEPTIONS.items())
