"""status and drift tell the truth whatever happened: a sample of what ``python -m tests.truth`` does all night."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.shipping import NAME, OTHER
from tests.support import GitRepository, build_files
from tests.truth import hand_edits
from tests.truth.hands import Hands
from tests.truth.machine import Truth, live
from tests.versioning import PROMPT, text

LIES: dict[str, tuple[str, Callable[..., Any]]] = {
    "drift is silent about pointers": ("promptctl.workflows.pointer_drift.pointer_faults", lambda *_: iter(())),
    "status takes every file for locked": ("promptctl.workflows.status._files", lambda *_: "locked"),
    "the work tree stays behind its branch": (
        "promptctl.workflows.following.Following._follow_in_work_tree",
        lambda *_: None,
    ),
}


def test_a_sample() -> None:
    live(1, 8, 1)
    assert Truth.steps


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_more_of_it() -> None:
    live(25, 40, 100)


@pytest.mark.parametrize("lie", LIES)
def test_a_program_that_lies_is_caught(lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is no mirror: it notices a program that was broken on purpose."""
    with Hands() as hands:
        clone = hands.clones[0]
        hands.agree(clone)
        monkeypatch.setattr(*LIES[lie])
        build_files(clone.folder, {PROMPT: text("another queue")})
        hand_edits.serial_down(clone.folder, NAME, "staging")
        with pytest.raises(AssertionError):
            _go_on(hands, clone)


def _go_on(hands: Hands, clone: GitRepository) -> None:
    hands.command(clone, "promote", f"{OTHER}@1.0.0", "staging")
    clone.commit(message="by hand")
    clone.git("push", "-q", "origin", "main")
    hands.agree(clone)
