"""The model: what status and drift must say of what is seen, from the rules of the documentation written anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.truth.seen import Place, Pointer, Release, Seen, Shared, Tag, stack

ENVIRONMENTS = ("staging", "prod")
Finding = tuple[str, str, str | None, str | None]
"""Kind, prompt, environment, version."""
Shares = tuple[str, bool, tuple[tuple[str, str, float], ...]]
"""What a split is called, whether it is paused, and of each arm name, version and percent."""


def status_of(seen: Seen) -> dict[str, Any]:
    """What ``status --json`` must say, but for wording."""
    lock, shared = seen.lock or {}, seen.shared
    pointers = {place: found for place, found in shared.pointers.items() if found}
    rows = {
        name: {
            "files": _files(seen, name),
            "locked": lock[name]["version"] if name in lock else None,
            "served": {place[0]: found.served for place, found in pointers.items() if place[1] == name},
            "splits": {
                place[0]: shares(found) for place, found in pointers.items() if place[1] == name and found.split
            },
        }
        for name in {*seen.work, *lock, *(name for _, name in pointers)}
    }
    broken = (seen.lock is None) + sum(doubtful(shared, place) for place in shared.pointers)
    return {"rows": rows, "frozen": set(shared.frozen), "unsent": list(seen.unsent), "broken": broken}


def shares(pointer: Pointer | None) -> Shares:
    """What shares the traffic with a pointer's version."""
    assert pointer
    assert pointer.split
    arms = tuple((arm.name, arm.served[0], arm.percent) for arm in pointer.split.arms)
    return pointer.split.id, pointer.split.paused, arms


def doubtful(shared: Shared, place: Place) -> bool:
    """Whether a pointer cannot be read, or says otherwise than its last move: nothing is promoted on such ground."""
    pointer, last = shared.pointers.get(place), shared.last.get(place)
    said = (last.served, last.serial, last.split) if last else (None, 0, None)
    if pointer is None:
        return place in shared.pointers or said[0] is not None
    return (pointer.served, pointer.serial, digest_of(pointer)) != said


def digest_of(pointer: Pointer | None) -> str | None:
    """The digest of the split that a pointer has."""
    return pointer.split.digest if pointer and pointer.split else None


def _files(seen: Seen, name: str) -> str:
    if name not in seen.work:
        return "gone"
    if seen.work[name] is None:
        return "unreadable"
    if name not in (seen.lock or {}):
        return "unlocked"
    return "locked" if (seen.lock or {})[name]["digest"] == seen.work[name] else "modified"


def drift_of(seen: Seen, known: Mapping[str, str]) -> set[Finding]:
    """Everything that ``drift --json`` must find, and nothing else; ``known``: objects that tags of the remote were."""
    found: set[Finding] = {("unreadable", name, None, None) for name, content in seen.work.items() if content is None}
    found |= set(_against_lock(seen))
    if seen.lock is None or seen.shared.lock is None:
        return found | {("lock-broken", "", None, None)}
    tags = {*_tags(seen), *_untagged(seen)}
    served = {*_pointers(seen), *_unused(seen), *_retired(seen), *_without_plan(seen)}
    return found | tags | set(_rewritten(seen, known, tags)) | served


def _rewritten(seen: Seen, known: Mapping[str, str], found: set[Finding]) -> Iterator[Finding]:
    """What the remote did to tags since they were known, where nothing worse was found of them."""
    worse = {(name, version) for kind, name, _, version in found if kind not in ("hotfix", "unreleased")}
    for called, was in known.items():
        name, _, version = called.rpartition("@v")
        now, here = seen.mirror.get((name, version)), seen.tags.get((name, version))
        if (name, version) in worse or (now and now.object_id in (was, here.object_id if here else None)):
            continue
        yield "tag-moved" if now else "tag-missing", name, None, version


def _against_lock(seen: Seen) -> Iterator[Finding]:
    for name in {*seen.work, *seen.lock} if seen.lock is not None else ():
        assert seen.lock is not None
        entry, content = seen.lock.get(name), seen.work.get(name)
        if name in seen.work and content is None:
            continue
        if entry is None:
            yield "unlocked", name, None, None
        elif content is None:
            yield "orphaned", name, None, None
        elif entry["digest"] != content:
            yield "modified", name, None, None
        elif entry["releases"].get(entry["version"]) != content:
            yield "lock-broken", name, None, None


def _tags(seen: Seen) -> Iterator[Finding]:
    assert seen.lock is not None
    for (name, version), tag in seen.known.items():
        kind = tag_fault(seen, name, version, tag)
        other = seen.mirror.get((name, version), tag)
        if kind is None and other.object_id != tag.object_id:
            kind = "tag-moved"
        if kind:
            yield kind, name, None, version
        if not _witnesses(seen, name, version) and name in seen.lock and vouched(tag):
            yield "hotfix", name, None, version


def tag_fault(seen: Seen, name: str, version: str, tag: Tag, *, here: bool = True) -> str | None:
    """Why a tag cannot be trusted; ``here``: the lock in the work tree is a witness as well."""
    known = _witnesses(seen, name, version, here=here)
    if tag.holds is None:
        return "tag-moved" if known else "tag-foreign"
    if tag.calls_itself != f"prompts/{name}@v{version}" or tag.claims != tag.holds:
        return "tag-moved"
    if not known:
        return None if vouched(tag) else "tag-foreign"
    wrong = {label for label, content in known.items() if content != tag.holds}
    if not wrong:
        return None
    only_here = wrong == {"here"} and len(known) > 1
    return "lock-rewritten" if only_here or vouched(tag) else "tag-moved"


def vouched(tag: Tag) -> bool:
    """Whether the lock in its own commit has it, and main or a branch of hotfixes has that commit."""
    return tag.own == tag.holds and tag.landed


def _witnesses(seen: Seen, name: str, version: str, *, here: bool = True) -> dict[str, str]:
    locks = {"shared": seen.shared.lock} | ({"here": seen.lock} if here else {})
    found = {label: lock[name]["releases"].get(version) for label, lock in locks.items() if lock and name in lock}
    return {label: content for label, content in found.items() if content}


def _untagged(seen: Seen) -> Iterator[Finding]:
    assert seen.lock is not None
    for name, entry in seen.lock.items():
        agreed = (seen.shared.lock or {}).get(name)
        for version in entry["releases"].keys() - entry["retired"].keys():
            if (name, version) not in seen.known:
                current = {entry["version"], *([agreed["version"]] if agreed else [])}
                older = agreed is not None and version in agreed["releases"] and version not in current
                yield "tag-missing" if older else "unreleased", name, None, version


def _pointers(seen: Seen) -> Iterator[Finding]:
    shared = seen.shared
    for place in {*shared.pointers, *shared.moves, *shared.serials}:
        kind = _own_fault(seen, place)
        pointer = shared.pointers.get(place)
        if kind:
            unread = (place in shared.pointers and pointer is None) or shared.moves.get(place, ()) is None
            version = pointer.version if pointer and not unread else None
            yield kind, place[1], place[0], version
        if pointer:
            yield from _release_fault(seen, place, pointer)


def _own_fault(seen: Seen, place: Place) -> str | None:
    shared = seen.shared
    moves, pointer = shared.moves.get(place, ()), shared.pointers.get(place)
    if moves is None or (place in shared.pointers and pointer is None):
        return "pointer-broken"
    last = moves[-1].serial if moves else 0
    live = stack(moves)[-1] if moves else None
    serial = pointer.serial if pointer else last
    if serial < max(last, shared.serials.get(place, 0)):
        return "pointer-rewound"
    split = moves[-1].split if moves else None
    if (pointer.served if pointer else None, digest_of(pointer)) != (live, split) or serial > last:
        return "pointer-broken"
    return None


def _release_fault(seen: Seen, place: Place, pointer: Pointer) -> Iterator[Finding]:
    """A pointer is judged without the work tree: what is edited here changes nothing about what is served."""
    environment, name = place
    for version, digest in live_of(pointer):
        tag = seen.known.get((name, version))
        if tag is None:
            yield "pointer-dangling", name, environment, version
        elif tag_fault(seen, name, version, tag, here=False) or tag.holds != digest:
            yield "pointer-digest", name, environment, version


def live_of(pointer: Pointer) -> set[Release]:
    """All that a pointer lets applications have."""
    return {pointer.served, *(arm.served for arm in (pointer.split.arms if pointer.split else ()))}


def _retired(seen: Seen) -> Iterator[Finding]:
    for (environment, name), pointer in seen.shared.pointers.items():
        for version, _ in live_of(pointer) if pointer else ():
            if seen.retired(name, version):
                yield "retired-served", name, environment, version


def _without_plan(seen: Seen) -> Iterator[Finding]:
    """Experiments that share traffic, and nobody knows why."""
    for (environment, name), pointer in seen.shared.pointers.items():
        split = pointer.split if pointer else None
        if pointer and split and split.kind == "experiment" and seen.shared.experiments.get(split.id) is None:
            yield "split-stale", name, environment, pointer.version


def _unused(seen: Seen) -> Iterator[Finding]:
    served = {place[1] for place, pointer in seen.shared.pointers.items() if pointer}
    for name in seen.work:
        if name not in served and name in (seen.shared.lock or {}):
            yield "unused", name, None, None
