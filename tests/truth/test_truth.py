"""status and drift tell the truth whatever happened: a sample of what ``python -m tests.truth`` does all night."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from tests.shipping import NAME, OTHER
from tests.support import GitRepository, build_files
from tests.truth import hand_edits
from tests.truth.hands import Hands
from tests.truth.machine import Truth
from tests.truth.rollouts import Histories, live
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


UNHEEDED: dict[str, str] = {
    "nothing": "",
    "a freeze": "promptctl.workflows.rollout_advance.barriers",
    "who agreed": "promptctl.workflows.approvals.missing",
}


@pytest.mark.parametrize(
    "gone", [pytest.param(it, id=it, marks=[pytest.mark.long] if UNHEEDED[it] else []) for it in UNHEEDED]
)
def test_what_stops_a_rollout_is_foretold(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if UNHEEDED[gone]:
        monkeypatch.setattr(UNHEEDED[gone], lambda *_, **__: None if gone == "who agreed" else [])
    history = Histories()
    history.begin()
    try:
        with nullcontext() if gone == "nothing" else pytest.raises(AssertionError):
            _a_week(history)
    finally:
        history.hands.__exit__()


def _a_week(history: Histories) -> None:
    """A rollout that is frozen, paused, taken on and done, and a promotion that nobody agreed to."""
    history.promote(0, NAME, 0, "prod")
    history.roll_out(1, NAME, 0, "staging")
    history.promote(0, NAME, 1, "staging")
    history.freeze(0, "freeze", "staging")
    history.advance(1, NAME, "staging", "fine")
    history.freeze(1, "unfreeze", "staging")
    history.change(0, NAME, "staging", "pause")
    history.advance(0, NAME, "staging", "bad")
    history.change(1, NAME, "staging", "resume")
    for _ in range(2):
        history.advance(0, NAME, "staging", "fine")
    history.promote(0, NAME, 0, "prod")
    history.agreed(0, NAME, 0, "prod")
    history.promote(1, NAME, 0, "prod")
    history.the_truth_is_told()
    served = history.hands.main().pointers["prod", NAME]
    assert served
    assert served.version == "1.2.0"


def _go_on(hands: Hands, clone: GitRepository) -> None:
    hands.command(clone, "promote", f"{OTHER}@1.0.0", "staging")
    clone.commit(message="by hand")
    clone.git("push", "-q", "origin", "main")
    hands.agree(clone)
