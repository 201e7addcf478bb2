"""Every target of the fuzzer takes what fuzzing starts from; ``python -m tests.fuzz`` goes on from there."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.fuzz.target import Target, attempt
from tests.fuzz.targets import TARGETS, beginnings

_LONG = pytest.mark.long
"""For a target that begins by starting a server."""


@pytest.mark.parametrize("target", [pytest.param(it, marks=_LONG) if it == "requests" else it for it in TARGETS])
def test_a_target_takes_its_beginnings(target: str) -> None:
    found = list(islice(beginnings(target), 30))
    assert found
    for data in found:
        attempt(TARGETS[target], data)


def test_a_target_lets_nothing_pass_but_our_own_errors() -> None:
    def broken(data: bytes) -> None:
        raise KeyError(data)

    with pytest.raises(KeyError):
        attempt(Target(run=broken, begin=tuple), b"x")
