"""Numbers of things as sentences say them."""

from __future__ import annotations

import pytest

from promptctl.core.counting import count

SAID = {(1, "day"): "1 day", (2, "day"): "2 days", (1, "entry"): "1 entry", (3, "entry"): "3 entries"}


@pytest.mark.parametrize(("number", "word"), SAID)
def test_one_and_many(number: int, word: str) -> None:
    assert count(number, word) == SAID[number, word]
