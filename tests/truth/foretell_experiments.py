"""The model of experiments: how each command about one must end, and what comes of it."""

from __future__ import annotations

from tests.truth.foretell import DONE, REFUSED, WORSE, admission, holds, promotion, trusted
from tests.truth.judge import doubtful
from tests.truth.seen import Experiment, Place, Seen, Shared, Split

SHARING = ("running", "paused")
Outcome = tuple[int | None, str]
"""The exit code (None: the rules leave it open), and the move that follows; "close" is an end that only the
experiment's file has, "" nothing."""
OPEN: Outcome = (None, "")
NOTHING: Outcome = (DONE, "")
REFUSAL: Outcome = (REFUSED, "")
GONE: Outcome = (DONE, "close")


def start(seen: Seen, place: Place, control: str, treatment: str) -> bool | None:
    """Whether a draft must begin on a clone that has just fetched: each arm is let in as by a promotion."""
    live = seen.shared.pointers.get(place)
    if seen.unsent or not seen.clean:
        return None
    if live is None or live.split or live.version != control:
        return False
    one, other = (promotion(seen, place[1], version, place[0]) for version in (control, treatment))
    return other if one else one


def change(seen: Seen, called: str, verb: str, edit: str | None) -> Outcome:
    """How pause, resume, conclude (an arm) or abort must end on a clone that has just fetched; ``edit`` is what of the
    plan is changed first, "design" or "shares"."""
    found = seen.shared.experiments.get(called)
    if seen.unsent or not seen.clean or found is None or found.state == "draft" or found.edited:
        return OPEN
    if found.state not in SHARING:
        return _over(found, verb)
    if verb == "resume" and not edit and differs(seen, called, found):
        return REFUSAL
    if verb == "resume" and found.state == "running":
        return REFUSAL if edit else NOTHING
    if verb == "pause" and found.state == "paused":
        return NOTHING
    split = split_of(seen.shared, called, found)
    if verb == "abort" and split is None and not doubtful(seen.shared, found.place):
        return GONE
    if split is None or not trusted(seen.shared, found.place):
        return REFUSAL
    if verb in ("pause", "resume"):
        return _anew(seen, found) if edit == "shares" else (DONE, "split")
    return (DONE, "rollback") if verb in ("abort", "control") else _shipped(seen, found, split)


def advance(seen: Seen, called: str, units: str) -> Outcome:
    """What must come of units that are "better", "even", "failing" or "none"."""
    found = seen.shared.experiments.get(called)
    if seen.unsent or not seen.clean or found is None or found.state == "draft":
        return OPEN
    if found.state not in SHARING:
        return NOTHING
    if doubtful(seen.shared, found.place):
        return REFUSAL
    split = split_of(seen.shared, called, found)
    if split is None:
        return GONE
    if found.state == "paused":
        return NOTHING
    if found.edited or not trusted(seen.shared, found.place):
        return REFUSAL
    if seen.retired(found.place[1], split.arms[-1].served[0]) or units == "failing":
        return WORSE, "rollback"
    if units == "none":
        return NOTHING
    return (DONE, "rollback") if units == "even" else _shipped(seen, found, split)


def _over(found: Experiment, verb: str) -> Outcome:
    """Who wants the end that it had gets it."""
    if verb == "abort":
        return NOTHING if found.state == "aborted" else REFUSAL
    return NOTHING if (found.state, found.arm) == ("concluded", verb) else REFUSAL


def differs(seen: Seen, called: str, found: Experiment) -> bool:
    """Whether another plan than the one that counts lies in the work tree."""
    here = seen.plans.get(called)
    return here is not None and here.plan != found.plan


def split_of(shared: Shared, called: str, found: Experiment) -> Split | None:
    """The split by which an experiment shares traffic."""
    live = shared.pointers.get(found.place)
    split = live.split if live else None
    return split if split and (split.kind, split.id) == ("experiment", called) else None


def _anew(seen: Seen, found: Experiment) -> Outcome:
    """Other shares: each arm is let in once more."""
    environment, name = found.place
    lets = [admission(seen, name, version, environment) for _, version, _ in found.arms]
    return REFUSAL if False in lets else OPEN if None in lets else (DONE, "split")


def _shipped(seen: Seen, found: Experiment, split: Split) -> Outcome:
    """The treatment for everybody, which a freeze, a withdrawal or a touched tag refuses."""
    (environment, name), arm = found.place, split.arms[-1]
    stopped = environment in seen.shared.frozen or seen.retired(name, arm.served[0])
    return REFUSAL if stopped or not holds(seen, name, arm.served) else (DONE, "promote")
