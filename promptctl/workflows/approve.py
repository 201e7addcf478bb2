"""``approve``: records that somebody agrees to one promotion of exactly these bytes, tested by exactly this suite."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.git.signing import CANNOT_SIGN
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, state_at
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.moves.approval import Approval, Counted, Promoted, address, approval_path
from promptctl.core.name import check_name
from promptctl.core.releases.reference import parse_reference
from promptctl.core.settings import Environment
from promptctl.core.timestamp import timestamp
from promptctl.errors import StateError
from promptctl.workflows.approvals import authors, counted, promoted_by
from promptctl.workflows.moving import check_reason
from promptctl.workflows.promotion import chosen_version
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.releases import Release, read_release, witnesses
from promptctl.workflows.sending import AT_ONCE, Sending

CANNOT_APPROVE = "PC278"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveResult:
    """What was agreed to, by whom; ``counted`` are all approvals of it now, ``needed`` how many it takes.

    ``ok`` is False where this approval does not count: its key is not one of the team's.
    """

    promoted: Promoted
    by: str
    counted: Counted
    needed: int
    published: Published
    note: str | None = None

    @property
    def ok(self) -> bool:
        return self.by in self.counted.agreed


def approve(
    repository: Repository,
    text: str,
    environment: str,
    now: datetime,
    *,
    reason: str | None = None,
    sending: Sending = AT_ONCE,
) -> ApproveResult:
    """Approves a promotion. Raises StateError where the approval could not count, or cannot be signed."""
    target = repository.settings.environment(environment)
    reference = parse_reference(text)
    name, by = check_name(reference.name), committer(repository.git).person
    if reason is not None:
        check_reason(reason)
    if sending.push:
        repository.fetch([name])

    def build(state: State) -> Edit:
        release, live = _releases(repository, state, target, name, text)
        _require_other(repository, release, live, by)
        promoted = promoted_by(state, target, release)
        approval = Approval(promoted=promoted, by=by, at=timestamp(now), reason=reason)
        return Edit(
            files={approval_path(promoted, by): yaml_bytes(approval.to_dict())},
            message=f"approve {name}@{release.version} for {environment}\n\n{reason or ''}".rstrip(),
            signed=target.approvals_signed,
        )

    operation = shlex.join(["approve", str(reference), environment])
    with _explained(environment):
        published = publish(repository, operation, build, sending=sending, fetch=False)
    state = state_at(repository, published.branch, published.commit)
    release, live = _releases(repository, state, target, name, text)
    return ApproveResult(
        promoted=promoted_by(state, target, release),
        by=by,
        counted=counted(repository, state, target, release, live, None, now),
        needed=target.approvals,
        published=published,
        note=repository.policy_note,
    )


def _releases(
    repository: Repository, state: State, environment: Environment, name: str, text: str
) -> tuple[Release, Release | None]:
    """The release that would be promoted, and the live one."""
    locks = witnesses(repository, work=False)
    version = chosen_version(repository, state, environment, parse_reference(text))
    live = state.live(environment.name, name)
    before = read_release(repository, name, live.served.version, locks) if live else None
    return read_release(repository, name, version, locks), before


def _require_other(repository: Repository, release: Release, live: Release | None, by: str) -> None:
    """Raises StateError for an author: whoever wrote a change cannot agree to it."""
    if address(by) in authors(repository, release, live):
        message = f"{by} wrote a part of {release.name} {release.version}, and authors do not approve their own change"
        raise StateError(CANNOT_APPROVE, message, hint="ask somebody who did not write it")


@contextmanager
def _explained(environment: str) -> Iterator[None]:
    """Says besides how to sign that the environment may do without."""
    try:
        yield
    except StateError as error:
        if error.code != CANNOT_SIGN:
            raise
        unsigned = f"or take unsigned approvals: approvals_signed = false in [environments.{environment}]"
        raise StateError(error.code, error.problem.message, hint=f"{error.hint}; {unsigned}") from None
