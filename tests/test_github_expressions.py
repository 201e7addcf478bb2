"""What tests know of GitHub's expressions is what GitHub does with them, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.github_expressions import condition, evaluate, filled

KNOWN: dict[str, Any] = {
    "github": {"event": {"fork": False, "number": 7}, "name": "it's"},
    "needs": {"first": {"result": "success", "outputs": {"due": ""}}},
    "success": lambda: False,
    "cancelled": lambda: False,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.event.number", 7),
        ("!github.event.fork", True),
        ("needs.first.outputs.due || 'none'", "none"),
        ("needs.first.outputs.due != '' && 'a' || 'b'", "b"),
        ("needs.first.result == 'SUCCESS'", True),
        ("!(cancelled() || github.event.fork)", True),
        ("github.name == 'it''s'", True),
    ],
)
def test_values(text: str, value: object) -> None:
    assert evaluate(text, KNOWN) == value


def test_texts_and_conditions() -> None:
    assert filled("${{ github.event.fork }}-${{ github.event.number }}", KNOWN) == "false-7"
    assert not condition("${{ github.event.number }}", KNOWN)
    assert condition("${{ !cancelled() && github.event.number }}", KNOWN)


@pytest.mark.parametrize(
    "text", ["github.nobody", "contains('a', 'b')", "1 < 2", "github.event.number == 7", "'a' 'b'", ""]
)
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        evaluate(text, KNOWN)
