"""``why``: from a digest, a reference, a call or what was sent to the release, its authors, and who put it where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from promptctl.adapters.git.history import Change, changes
from promptctl.adapters.git.tags import ReleaseTag
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.adapters.state import State, read_state
from promptctl.core.events.event import Event
from promptctl.core.events.sent import Sent
from promptctl.core.prompts.rendered import digests_of_text
from promptctl.core.releases.tag import tag_name
from promptctl.core.releases.version import Version, parse_version
from promptctl.core.reporting.window import moment_of
from promptctl.core.timestamp import timestamp
from promptctl.core.ulid import ulid_milliseconds
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.history import MoveRow
from promptctl.workflows.release_tags import known_tags
from promptctl.workflows.releases import Release, read_release, witnesses
from promptctl.workflows.resolve import resolve
from promptctl.workflows.why_approvals import Agreed, approvals_of
from promptctl.workflows.why_changes import pull_requests

NO_CALL, NO_DIGEST = "PC235", "PC236"
_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{7,64}", re.ASCII)
_STORE = "name the store: --store sqlite:FILE.sqlite3"


class Calls(Protocol):
    """The store of events, which is opened when it is first asked. Raises what opening and reading it raise."""

    def event_of(self, call: str) -> Event | None:
        """The call of that id."""

    def sent(self, digests: Sequence[str]) -> Sent:
        """The calls that sent a text whose digest is, or begins like, one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What is known of one state of a prompt. ``version`` and what follows from it are None for unreleased text.

    ``changes`` are the commits since ``after``, the release before, whose commit is ``since``; ``pull_requests`` says
    by which of them each came. ``moves`` put this state somewhere, newest first, ``approvals`` are theirs; for a call,
    ``event``, there is only the move in force then. ``sent`` is what the store knows of a text, and ``event`` the
    latest of its calls. ``faults`` say what does not fit together.
    """

    name: str
    digest: str
    version: Version | None = None
    tag: str | None = None
    tagged: str | None = None
    commit: str | None = None
    after: Version | None = None
    since: str | None = None
    changes: tuple[Change, ...] = ()
    pull_requests: Mapping[str, str] = field(default_factory=dict)
    moves: tuple[MoveRow, ...] = ()
    approvals: tuple[Agreed, ...] = ()
    event: Event | None = None
    sent: Sent | None = None
    also: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def why(repository: Repository, text: str, calls: Calls) -> Why:
    """All that Git, and for a call or a text that was sent the store of events, know of what a text names.

    Raises StateError for a call that the store does not have and for releases that are not here or cannot be trusted,
    UsageError for a digest that nothing has, and what ``resolve`` and ``calls`` raise.
    """
    if ulid_milliseconds(text) is not None:
        event = calls.event_of(text)
        if event is None:
            raise StateError(NO_CALL, f"the store of events has no call {text}", hint=_STORE)
        return why_call(repository, event)
    if _DIGEST.fullmatch(text) and not repository.work.has(text):
        wanted = text if text.startswith("sha256:") else f"sha256:{text}"
        return _whole(repository, _of_digest(repository, wanted) or _of_sent(repository, _sent_as(calls, wanted)))
    state = resolve(repository, text)
    if state.version is not None:
        return _whole(repository, _of_version(repository, state.name, state.version))
    unreleased = Why(name=state.name, digest=state.digest, commit=state.commit)
    return _whole(repository, _of_digest(repository, state.digest, state.name) or unreleased)


def why_call(repository: Repository, event: Event) -> Why:
    """The same for a call that is at hand: its id may be one that only its application made. Raises as ``why`` does."""
    return _whole(repository, _of_call(repository, event))


def why_rendered(repository: Repository, text: str, calls: Calls) -> Why:
    """The same for a text that was sent: messages as JSON, or the text of a single message.

    Raises StateError where no call of the store sent it, and as ``why`` does.
    """
    digests = digests_of_text(text)
    found = calls.sent(digests)
    if found.latest is None:
        asked = f" ({digests[0]})" if len(digests) == 1 else ""
        message = f"no call in the store of events is known to have sent this{asked}"
        raise StateError(NO_CALL, message, hint=f"{_STORE}; promptctl render NAME@REF --format digest compares")
    return _whole(repository, _of_sent(repository, found))


def _whole(repository: Repository, found: Why) -> Why:
    """With who agreed to the moves that are left, and by which pull requests the changes came."""
    if found.commit is None or found.version is None:
        return found
    return replace(
        found,
        approvals=approvals_of(repository, found.name, found.version, found.digest, found.moves),
        pull_requests=pull_requests(repository.git, found.changes, found.commit, found.since),
    )


def _of_digest(repository: Repository, wanted: str, only: str | None = None) -> Why | None:
    """The release, or the prompt here, whose digest begins so. Raises UsageError where that could be several."""
    released = {
        (name, version): digest
        for lock in (read_lock(repository.work), read_lock(repository.policy))
        for name, entry in lock.prompts.items()
        for version, digest in entry.releases.items()
        if digest.startswith(wanted) and only in (None, name)
    }
    here = {} if only else repository.work.digests()[0]
    here = {name: digest for name, digest in here.items() if digest.startswith(wanted)}
    digests = {*released.values(), *here.values()}
    if len(digests) > 1:
        raise UsageError(NO_DIGEST, f"several states start with {wanted}", hint="give more digits")
    if not released:
        return Why(name=next(iter(here)), digest=digests.pop()) if here else None
    (name, version), *others = sorted(released, key=lambda place: (place[0], place[1].precedence))
    found = _of_version(repository, name, version)
    return replace(found, also=tuple(f"{other} {number}" for other, number in others))


def _sent_as(calls: Calls, wanted: str) -> Sent:
    """What the store knows of a digest that no prompt has. Raises UsageError where it knows nothing either."""
    unknown = f"nothing here has the digest {wanted}"
    try:
        found = calls.sent([wanted])
    except PromptctlError as error:
        message = f"{unknown}, and what calls sent cannot be looked up: {error.problem.message}"
        raise UsageError(NO_DIGEST, message, hint=error.hint or "promptctl history NAME") from None
    if len(found.digests) > 1:
        raise UsageError(NO_DIGEST, f"several texts that were sent start with {wanted}", hint="give more digits")
    if found.latest is None:
        message = f"{unknown}, neither a prompt nor what a call in the store of events sent"
        raise UsageError(NO_DIGEST, message, hint="promptctl history NAME; another store: --store sqlite:FILE.sqlite3")
    return found


def _of_sent(repository: Repository, found: Sent) -> Why:
    assert found.latest
    return replace(_of_call(repository, found.latest), sent=found)


def _of_call(repository: Repository, event: Event) -> Why:
    version = parse_version(event.version or "")
    if version is None:
        said = "the call does not say which version was served"
        return Why(name=event.prompt, digest=event.digest or "", event=event, faults=(said,))
    found = replace(_of_version(repository, event.prompt, version), event=event)
    if event.digest not in (None, found.digest):
        fault = f"the call was served {event.digest}, but {found.name} {found.version} is {found.digest}"
        return replace(found, moves=(), faults=(fault,))
    then = timestamp(moment_of(event.at))
    in_force = [row for row in found.moves if row.environment == event.environment and row.move.at <= then]
    if in_force or event.environment is None:
        return replace(found, moves=tuple(in_force[:1]))
    fault = f"no move had put {found.version} into {event.environment} by {then}"
    return replace(found, moves=(), faults=(fault,))


def _of_version(repository: Repository, name: str, version: Version) -> Why:
    release = read_release(repository, name, version, witnesses(repository))
    tags = {tag.version: tag for tag in known_tags(repository, release.name)}
    before = _before(repository, release)
    after, since = (before.version, before.commit) if before else (None, None)
    require_full_history(repository, f"who changed {release.name} {release.version}")
    return Why(
        name=release.name,
        digest=release.digest,
        version=release.version,
        tag=tag_name(release.name, release.version),
        tagged=tags[release.version].made if release.version in tags else None,
        commit=release.commit,
        after=after,
        since=since,
        changes=changes(repository.git, release.written_in, release.commit, since),
        moves=_moves(read_state(repository), release),
    )


def _before(repository: Repository, release: Release) -> ReleaseTag | None:
    """The release before; of the first under a name, that of the last name which the prompt had before."""
    for name in (release.name, *reversed(release.closure.prompt.formerly)):
        tags = [tag for tag in known_tags(repository, name) if tag.version.precedence < release.version.precedence]
        if tags:
            return max(tags, key=lambda tag: tag.version.precedence)
    return None


def _moves(state: State, release: Release) -> tuple[MoveRow, ...]:
    """Where a release was put, newest first."""
    rows: Iterable[MoveRow] = (
        MoveRow(environment=environment, move=move)
        for environment in state.moved_environments(release.name)
        for move in state.moves(environment, release.name).entries
        if move.brought(release.digest)
    )
    return tuple(sorted(rows, key=lambda row: (row.move.at, row.move.serial), reverse=True))
