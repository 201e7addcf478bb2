"""Every fault of a server at every place that talks to one: a documented end, no secret told, nothing that passes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from promptctl.errors import PromptctlError
from tests.evals import KEY
from tests.provider_faults import FAULTS
from tests.provider_places import PLACES


def _meet(fault: str, place: str) -> bool:
    """Events are read where they are asked for."""
    return not FAULTS[fault].streamed or PLACES[place].streams


CELLS = [(fault, place) for fault, place in product(FAULTS, PLACES) if _meet(fault, place)]


def _few() -> list[tuple[str, str]]:
    """A cell for each fault, at one place after the other."""
    meeting = {fault: [place for place in PLACES if _meet(fault, place)] for fault in FAULTS}
    return [(fault, places[number % len(places)]) for number, (fault, places) in enumerate(meeting.items())]


@contextmanager
def _uncollected(fault: str) -> Iterator[None]:
    """Where reading runs out of stack, whatever garbage of earlier tests is collected then runs out of it too."""
    if fault != "deep":
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _strike(fault: str, place: str, folder: Path, patched: pytest.MonkeyPatch) -> None:
    struck, visited = FAULTS[fault], PLACES[place]
    code, said, passed = 0, "", False
    try:
        with _uncollected(fault):
            came = visited.visit(struck, folder, patched)
    except PromptctlError as error:
        code, said = error.exit_code, f"{error} {error.hint} {error.__cause__} {error.__context__}"
    else:
        said, passed = came.said, came.passed
    assert code in (0, 3, 4), said
    assert KEY not in said
    assert "Traceback" not in said
    assert not any(KEY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not passed or (struck.taken if visited.takes else struck.answers and visited.chats)


@pytest.mark.parametrize(("fault", "place"), _few())
def test_each_fault_somewhere(fault: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _strike(fault, place, tmp_path, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize(("fault", "place"), CELLS)
def test_each_fault_everywhere(fault: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _strike(fault, place, tmp_path, monkeypatch)


def test_every_place_is_among_the_few() -> None:
    assert {place for _, place in _few()} == set(PLACES)
