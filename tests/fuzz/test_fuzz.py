"""Every target of the fuzzer takes what fuzzing starts from; ``python -m tests.fuzz`` goes on from there."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS, attempt, beginnings

_LONG = pytest.mark.long
"""For a target that begins by starting a server."""


@pytest.mark.parametrize("target", [pytest.param(it, marks=_LONG) if it == "requests" else it for it in TARGETS])
def test_a_target_takes_its_beginnings(target: str) -> None:
    found = list(islice(beginnings(target), 30))
    assert found
    for data in found:
        attempt(target, data)


def test_a_target_lets_nothing_pass_but_our_own_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        raise KeyError(data)

    monkeypatch.setitem(TARGETS, "locks", Target(run=broken, begin=tuple))
    with pytest.raises(KeyError):
        attempt("locks", b"x")
