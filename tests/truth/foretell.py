"""The model: whether a command must work, and what is live after it. None where the rules leave it open."""

from __future__ import annotations

from tests.truth.judge import doubtful, tag_fault
from tests.truth.seen import Move, Place, Release, Seen, Shared, Tag, stack

SHARES = (10, 50, 100)
"""The steps of every rollout."""
DONE, WORSE, REFUSED = 0, 1, 3


def promotion(seen: Seen, name: str, version: str, environment: str) -> bool | None:
    """Whether a promotion must work on a clone that has just fetched."""
    live, tag = seen.shared.pointers.get((environment, name)), seen.known.get((name, version))
    works = admission(seen, name, version, environment)
    if works and live and tag and live.split and live.served != (version, tag.holds):
        return False
    return works


def admission(seen: Seen, name: str, version: str, environment: str) -> bool | None:
    """Whether an environment lets a release in, to everybody or as an arm of a split."""
    shared, place, tag = seen.shared, (environment, name), seen.known.get((name, version))
    if seen.unsent or not seen.clean:
        return None
    if shared.lock is None or tag is None or not intact(seen, name, version):
        return False
    live, below = shared.pointers.get(place), [("staging", name)] if environment == "prod" else []
    if not all(trusted(shared, it) for it in (place, *below)) or (live and not intact(seen, name, live.version)):
        return False
    if live and live.served == (version, tag.holds):
        return True
    return let_in(seen, place, version, tag)


def let_in(seen: Seen, place: Place, version: str, tag: Tag) -> bool | None:
    """Whether an environment lets a release in that it does not serve."""
    shared, (environment, name), twin = seen.shared, place, seen.mirror.get((place[1], version))
    moves, release = shared.moves.get(place, ()), (version, str(tag.holds))
    if environment in shared.frozen or moves is None or twin is None or twin.object_id != tag.object_id:
        return False
    if seen.retired(name, version):
        return False
    if environment != "prod":
        return True
    follows = moves[-1].serial if moves else 0
    agreed = any(
        (it.environment, it.name, it.release, it.follows) == (environment, name, release, follows)
        for it in shared.approvals
    )
    return _after_staging(seen, name, release) if agreed else False


def rollout_start(seen: Seen, name: str, version: str, environment: str) -> bool | None:
    """Whether a rollout must begin on a clone that has just fetched."""
    live, tag = seen.shared.pointers.get((environment, name)), seen.known.get((name, version))
    works = promotion(seen, name, version, environment)
    if works is None or live is None or tag is None or live.split or live.served == (version, tag.holds):
        return None if works is None else False
    return works


def rollout_change(seen: Seen, name: str, environment: str) -> bool | None:
    """Whether a rollout must be there to be paused, resumed or aborted, on a clone that is up to date."""
    place, live = (environment, name), seen.shared.pointers.get((environment, name))
    if seen.unsent or not seen.clean:
        return None
    return trusted(seen.shared, place) and live is not None and live.split is not None and live.split.kind == "rollout"


def rollout_step(seen: Seen, name: str, environment: str, calls: str) -> tuple[int | None, str]:
    """How the judging of a step must end, and what has to come of calls that are "fine", "bad" or "none"."""
    works, live = rollout_change(seen, name, environment), seen.shared.pointers.get((environment, name))
    if not works or live is None or live.split is None:
        return None if works is None else REFUSED, "refusal"
    if seen.retired(name, live.split.canary.served[0]) or (calls == "bad" and not live.split.paused):
        return WORSE, "rollback"
    if environment in seen.shared.frozen:
        return REFUSED, "hold"
    if calls != "fine" or live.split.paused:
        return DONE, "hold"
    canary = live.split.canary
    intact = holds(seen, name, canary.served)
    return DONE if intact else REFUSED, "promote" if canary.percent == SHARES[-2] else "split"


def approval(seen: Seen, name: str, version: str, environment: str) -> bool | None:
    """Whether somebody who wrote nothing of it must be able to agree, on a clone that has just fetched."""
    place, live = (environment, name), seen.shared.pointers.get((environment, name))
    if seen.unsent or not seen.clean:
        return None
    if seen.shared.lock is None or doubtful(seen.shared, place) or seen.shared.moves.get(place, ()) is None:
        return False
    return intact(seen, name, version) and (live is None or intact(seen, name, live.version))


def holds(seen: Seen, name: str, release: Release) -> bool:
    """Whether a tag still has what was let in under its name."""
    tag = seen.known.get((name, release[0]))
    intact = tag is not None and tag.calls_itself == f"prompts/{name}@v{release[0]}"
    return tag is not None and intact and tag.claims == tag.holds == release[1]


def _after_staging(seen: Seen, name: str, release: Release) -> bool | None:
    """prod takes what was live in staging and was not rolled back from."""
    moves = seen.shared.moves.get(("staging", name), ())
    if moves is None or release not in [move.served for move in moves]:
        return False
    return True if stack(moves)[-1] == release else None


def rollback(seen: Seen, name: str, version: str | None, environment: str) -> tuple[bool | None, Release | None]:
    """Whether a rollback must work on a clone that is up to date, and to what."""
    moves = seen.shared.moves.get((environment, name), ())
    if seen.unsent or not seen.clean:
        return None, None
    target = _back_to(seen, name, moves, version) if moves else None
    if target is None:
        return False, None
    return holds(seen, name, target), target


def _back_to(seen: Seen, name: str, moves: tuple[Move, ...], version: str | None) -> Release | None:
    """The version that is named, retired or not, else the last one before that nobody withdrew."""
    if version:
        placed = [move for move in moves if move.kind != "split"]
        found = (move.served for move in reversed(placed) if move.served and move.served[0] == version)
        return next(found, None)
    *below, live = stack(moves)
    if moves[-1].split and live:
        return live
    others = (served for served in reversed(below) if served and served != live)
    return next((served for served in others if not seen.retired(name, served[0])), None)


def removal(seen: Seen, name: str, environment: str) -> bool | None:
    """Whether a remove must work on a clone that has just fetched."""
    place = (environment, name)
    if seen.unsent or not seen.clean:
        return None
    moves, pointer = seen.shared.moves.get(place, ()), seen.shared.pointers.get(place)
    if moves is None:
        return False
    return pointer is not None


def trusted(shared: Shared, place: Place) -> bool:
    """Whether a pointer is what its moves made it, and both are the newest that there were."""
    moves = shared.moves.get(place, ())
    if moves is None or doubtful(shared, place):
        return False
    return (moves[-1].serial if moves else 0) >= shared.serials.get(place, 0)


def intact(seen: Seen, name: str, version: str) -> bool:
    tag = seen.known.get((name, version))
    return tag is not None and tag_fault(seen, name, version, tag, here=False) is None
