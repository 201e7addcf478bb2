"""The first page's rows: what they are of, how they are narrowed and sorted."""

from __future__ import annotations

from typing import Any

import pytest

from promptctl.adapters.warehouse.live import Seen
from promptctl.answers.pages.matrix import narrowed, with_calls


def row(name: str, served: dict[str, str], drift: tuple[str, ...] = (), split: bool = False) -> dict[str, Any]:
    return {
        "prompt": name,
        "served": {where: {"version": version} for where, version in served.items()},
        "splits": {"prod": {}} if split else {},
        "drift": [{"level": level} for level in drift],
    }


DATA = {
    "environments": ["staging", "prod"],
    "prompts": [
        row("a/same", {"staging": "1.0.0", "prod": "1.0.0"}),
        row("b/behind", {"staging": "1.1.0", "prod": "1.0.0"}, ("notice",)),
        row("c/staged", {"staging": "1.0.0"}, ("error", "notice"), split=True),
        row("d/nowhere", {}),
    ],
}


def seen(prompt: str, calls: int, errors: int, environment: str = "prod") -> Seen:
    return Seen(
        environment=environment, prompt=prompt, version="1.0.0", digest=None, calls=calls, errors=errors, last=0
    )


SEEN = [seen("a/same", 10, 1), seen("a/same", 5, 0, "staging"), seen("b/behind", 40, 0), seen("gone", 9, 9)]


@pytest.mark.parametrize(
    ("text", "shown", "order", "names"),
    [
        ("", "all", "name", ["a/same", "b/behind", "c/staged", "d/nowhere"]),
        ("", "no such", "no such", ["a/same", "b/behind", "c/staged", "d/nowhere"]),
        ("BE", "all", "name", ["b/behind"]),
        ("", "drift", "drift", ["c/staged", "b/behind"]),
        ("", "errors", "name", ["c/staged"]),
        ("", "split", "name", ["c/staged"]),
        ("", "differs", "name", ["b/behind", "c/staged"]),
        ("", "unserved", "name", ["d/nowhere"]),
        ("", "failing", "name", ["a/same"]),
        ("", "all", "calls", ["b/behind", "a/same", "c/staged", "d/nowhere"]),
        ("", "all", "failed", ["a/same", "b/behind", "c/staged", "d/nowhere"]),
    ],
)
def test_what_is_asked_for_is_shown_in_its_order(text: str, shown: str, order: str, names: list[str]) -> None:
    found = narrowed(with_calls(DATA, SEEN), text, shown, order)
    assert [it["prompt"] for it in found["prompts"] if it["fits"]] == names
    assert found["fitting"] == len(names)


def test_calls_that_are_not_known_are_not_none() -> None:
    assert with_calls(DATA, None, "why")["known_calls"] is False
    assert with_calls(DATA, [])["known_calls"] is True
