"""The model: whether a command must work, and what is live after it. None where the rules leave it open."""

from __future__ import annotations

from tests.truth.judge import doubtful, tag_fault
from tests.truth.seen import Move, Release, Seen, stack


def promotion(seen: Seen, name: str, version: str, environment: str) -> bool | None:
    """Whether a promotion must work on a clone that has just fetched."""
    shared, place, tag = seen.shared, (environment, name), seen.known.get((name, version))
    if seen.unsent or not seen.clean:
        return None
    if shared.lock is None or tag is None or not _intact(seen, name, version):
        return False
    live, moves = shared.pointers.get(place), shared.moves.get(place, ())
    if doubtful(shared, place) or (live and not _intact(seen, name, live.version)):
        return False
    if live and live.served == (version, tag.holds):
        return True
    twin = seen.mirror.get((name, version))
    if environment in shared.frozen or moves is None or twin is None or twin.object_id != tag.object_id:
        return False
    return _after_staging(seen, name, (version, str(tag.holds))) if environment == "prod" else True


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
    target = _back_to(moves, version) if moves else None
    tag = seen.known.get((name, target[0])) if target else None
    if target is None or tag is None or tag.calls_itself != f"prompts/{name}@v{target[0]}":
        return False, None
    return tag.claims == tag.holds == target[1], target


def _back_to(moves: tuple[Move, ...], version: str | None) -> Release | None:
    if version:
        found = (move.served for move in reversed(moves) if move.served and move.served[0] == version)
        return next(found, None)
    *below, live = stack(moves)
    return next((served for served in reversed(below) if served and served != live), None)


def removal(seen: Seen, name: str, environment: str) -> bool | None:
    """Whether a remove must work on a clone that has just fetched."""
    place = (environment, name)
    if seen.unsent or not seen.clean:
        return None
    moves, pointer = seen.shared.moves.get(place, ()), seen.shared.pointers.get(place)
    if moves is None:
        return False
    return pointer is not None


def _intact(seen: Seen, name: str, version: str) -> bool:
    tag = seen.known.get((name, version))
    return tag is not None and tag_fault(seen, name, version, tag, here=False) is None
