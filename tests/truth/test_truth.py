"""status and drift tell the truth whatever happened: a sample of what ``python -m tests.truth`` does all night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.shipping import NAME, OTHER
from tests.support import GitRepository, build_files
from tests.truth import hand_edits
from tests.truth.hands import Hands
from tests.truth.histories import Histories, live
from tests.truth.machine import RENAMED, Truth
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


def test_other_names_hotfixes_and_pull_requests_are_foretold() -> None:
    with _history() as history:
        history.propose(0, "promote", NAME, 0, "staging", merge=False)
        history.propose(1, "rollback", NAME, 6, "staging", merge=True)
        history.merge(0)
        history.hotfix(0, NAME, 1, "a short queue")
        history.promote(0, NAME, 0, "staging")
        history.retire(0, NAME, 3, share=True)
        history.rollback(0, NAME, 6, "staging", keep=False)
        history.rename(0, share=True)
        history.the_truth_is_told()
        history.ask_by_an_old_name(0)
        history.promote(0, RENAMED, 0, "staging")
        history.remove(0, NAME, "staging")
        history.rename(0, share=True)
        history.the_truth_is_told()
        served = history.hands.main().pointers
        assert served["staging", RENAMED].version == "1.2.0"
        assert ("staging", NAME) not in served


@contextmanager
def _history() -> Iterator[Histories]:
    history = Histories()
    history.begin()
    with history.hands:
        yield history


def _experiments(history: Histories) -> None:
    """One that is turned back, one that a freeze and a withdrawal keep from its end, and one that does harm."""
    history.try_out(0, NAME, 0, "staging", guess=True)
    history.step_in(1, 0, "pause", None)
    history.step_in(1, 0, "resume", "design")
    history.pull(1, "reset")
    history.revert(1, 0, push=True)
    history.step_in(0, 0, "control", None)
    history.rollback(0, NAME, 2, "staging", keep=False)
    history.look(0, 0, "none")
    history.try_out(0, NAME, 0, "staging", guess=True)
    history.look(1, 0, "none")
    history.freeze(0, "freeze", "staging")
    history.look(1, 0, "better")
    history.freeze(1, "unfreeze", "staging")
    history.retire(0, NAME, 0, share=True)
    history.step_in(0, 0, "treatment", None)
    history.step_in(0, 0, "abort", None)
    history.pull(0, "reset")
    history.try_out(0, NAME, 1, "staging", guess=True)
    history.look(1, 0, "failing")
    history.the_truth_is_told()
    assert [it.state for it in history.hands.main().experiments.values()] == ["aborted", "aborted", "concluded"]


def _go_on(hands: Hands, clone: GitRepository) -> None:
    hands.command(clone, "promote", f"{OTHER}@1.0.0", "staging")
    clone.commit(message="by hand")
    clone.git("push", "-q", "origin", "main")
    hands.agree(clone)


UNHEEDED: dict[str, tuple[Callable[[Histories], None], str, Any]] = {
    "a freeze of rollouts": (_a_week, "promptctl.workflows.rollout_advance.barriers", []),
    "who agreed": (_a_week, "promptctl.workflows.approvals.missing", None),
    "a freeze of experiments": (_experiments, "promptctl.workflows.experiment_moves.barriers", []),
    "a retired arm": (_experiments, "promptctl.workflows.experiment_moves.withdrawn", []),
    "a pointer that was turned back": (_experiments, "promptctl.workflows.experiment_moves.require_newest", []),
}


@pytest.mark.parametrize("week", [_a_week, _experiments])
def test_what_stops_is_foretold(week: Callable[[Histories], None]) -> None:
    with _history() as history:
        week(history)


@pytest.mark.long
@pytest.mark.parametrize("gone", UNHEEDED)
def test_what_is_not_heeded_is_noticed(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    week, what, answer = UNHEEDED[gone]
    monkeypatch.setattr(what, lambda *_, **__: answer)
    with _history() as history, pytest.raises(AssertionError):
        week(history)
