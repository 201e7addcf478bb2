"""``why``: from a digest, a reference or a call back to the release, who changed its text, and who put it where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from promptctl.adapters.git.history import Change, changes
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state
from promptctl.core.event import Event
from promptctl.core.reporting.window import moment_of
from promptctl.core.tag import tag_name
from promptctl.core.timestamp import timestamp
from promptctl.core.ulid import ulid_milliseconds
from promptctl.core.version import Version, parse_version
from promptctl.errors import StateError, UsageError
from promptctl.workflows.history import MoveRow
from promptctl.workflows.releases import Release, known_tags, read_release, witnesses
from promptctl.workflows.resolve import resolve

NO_CALL, NO_DIGEST = "PC235", "PC236"
_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{7,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What is known of one state of a prompt. ``version`` and what follows from it are None for unreleased text.

    ``changes`` are the commits since ``after``, the release before. ``moves`` put this state somewhere, newest first;
    for a call, ``event``, only the one in force then. ``faults`` say what does not fit together.
    """

    name: str
    digest: str
    version: Version | None = None
    tag: str | None = None
    tagged: str | None = None
    commit: str | None = None
    after: Version | None = None
    changes: tuple[Change, ...] = ()
    moves: tuple[MoveRow, ...] = ()
    event: Event | None = None
    also: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def why(repository: Repository, text: str, find_event: Callable[[str], Event | None]) -> Why:
    """All that Git, and for the id of a call the store of events, know of what a text names.

    Raises StateError for a call that the store does not have and for releases that are not here or cannot be trusted,
    UsageError for a digest that nothing has, and what ``resolve`` raises.
    """
    if ulid_milliseconds(text) is not None:
        return _of_call(repository, text, find_event(text))
    if _DIGEST.fullmatch(text) and not repository.work.has(text):
        return _of_digest(repository, text)
    found = resolve(repository, text)
    if found.version is None:
        return Why(name=found.name, digest=found.digest, commit=found.commit)
    return _of_release(repository, read_release(repository, found.name, found.version, witnesses(repository)))


def _of_digest(repository: Repository, text: str) -> Why:
    wanted = text if text.startswith("sha256:") else f"sha256:{text}"
    released = {
        (name, version): digest
        for lock in (read_lock(repository.work), read_lock(repository.policy))
        for name, entry in lock.prompts.items()
        for version, digest in entry.releases.items()
        if digest.startswith(wanted)
    }
    here = {name: digest for name, digest in repository.work.digests()[0].items() if digest.startswith(wanted)}
    digests = {*released.values(), *here.values()}
    if len(digests) > 1:
        raise UsageError(NO_DIGEST, f"several states start with {wanted}", hint="give more digits")
    if not digests:
        raise UsageError(NO_DIGEST, f"nothing here has the digest {wanted}", hint="promptctl history NAME")
    if not released:
        return Why(name=next(iter(here)), digest=digests.pop())
    (name, version), *others = sorted(released, key=lambda place: (place[0], place[1].precedence))
    found = _of_release(repository, read_release(repository, name, version, witnesses(repository)))
    return replace(found, also=tuple(f"{other} {number}" for other, number in others))


def _of_call(repository: Repository, call: str, event: Event | None) -> Why:
    if event is None:
        raise StateError(
            NO_CALL, f"the store of events has no call {call}", hint="name the store: --store sqlite:FILE.sqlite3"
        )
    version = parse_version(event.version or "")
    if version is None:
        said = "the call does not say which version was served"
        return Why(name=event.prompt, digest=event.digest or "", event=event, faults=(said,))
    release = read_release(repository, event.prompt, version, witnesses(repository))
    found = replace(_of_release(repository, release), event=event)
    if event.digest not in (None, release.digest):
        fault = f"the call was served {event.digest}, but {release.name} {release.version} is {release.digest}"
        return replace(found, moves=(), faults=(fault,))
    then = timestamp(moment_of(event.at))
    in_force = [row for row in found.moves if row.environment == event.environment and row.move.at <= then]
    if in_force or event.environment is None:
        return replace(found, moves=tuple(in_force[:1]))
    fault = f"no move had put {release.version} into {event.environment} by {then}"
    return replace(found, moves=(), faults=(fault,))


def _of_release(repository: Repository, release: Release) -> Why:
    tags = {tag.version: tag for tag in known_tags(repository, release.name)}
    earlier = [version for version in tags if version.precedence < release.version.precedence]
    after = max(earlier, key=lambda version: version.precedence, default=None)
    since = tags[after].commit if after else None
    return Why(
        name=release.name,
        digest=release.digest,
        version=release.version,
        tag=tag_name(release.name, release.version),
        tagged=tags[release.version].made if release.version in tags else None,
        commit=release.commit,
        after=after,
        changes=changes(repository.git, release.project.files_of(release.name), release.commit, since),
        moves=_moves(read_state(repository), release),
    )


def _moves(state: State, release: Release) -> tuple[MoveRow, ...]:
    """Where a release was put, newest first."""
    rows: Iterable[MoveRow] = (
        MoveRow(environment=environment, move=move)
        for environment in state.moved_environments(release.name)
        for move in state.moves(environment, release.name).entries
        if move.brought(release.digest)
    )
    return tuple(sorted(rows, key=lambda row: (row.move.at, row.move.serial), reverse=True))
