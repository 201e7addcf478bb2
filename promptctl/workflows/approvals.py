"""Which approvals of a promotion count: shared by ``approve``, ``plan`` and ``promote``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from promptctl.adapters.files import decode
from promptctl.adapters.git.history import changes
from promptctl.adapters.git.signed import Signature, signature
from promptctl.adapters.repository import Repository, require_full_history
from promptctl.adapters.state import State
from promptctl.adapters.suites import load_suite
from promptctl.core.moves.approval import (
    Approval,
    Counted,
    Promoted,
    Rules,
    Vote,
    address,
    approvals_folder,
    count,
)
from promptctl.core.settings import Environment
from promptctl.errors import Problem, UsageError
from promptctl.workflows.releases import Release

APPROVAL = "PC102"
SIGNERS = "prompts/allowed_signers"
"""The keys that people sign with, as ``ssh-keygen`` reads them."""


def promoted_by(state: State, environment: Environment, release: Release) -> Promoted:
    """The promotion of a release as the next move of an environment."""
    suite = load_suite(release.project, release.name)
    return Promoted(
        prompt=release.name,
        version=str(release.version),
        digest=release.digest,
        suite=suite.digest if suite else None,
        environment=environment.name,
        follows=state.moves(environment.name, release.name).serial,
    )


def counted(
    repository: Repository,
    state: State,
    environment: Environment,
    release: Release,
    live: Release | None,
    promoter: str | None,
    now: datetime,
) -> Counted:
    """The approvals there are for a release, those that count and those that do not, each with the reason.

    ``promoter`` is None while nobody promotes yet.
    """
    promoted = promoted_by(state, environment, release)
    votes = list(_votes(repository, state, promoted, signed=environment.approvals_signed))
    if not votes:
        return Counted()
    rules = Rules(
        promoter=address(promoter or ""),
        authors=authors(repository, release, live),
        signed=environment.approvals_signed,
        now=now,
    )
    return count(votes, promoted, rules)


def missing(environment: Environment, release: Release, found: Counted, needed: int) -> Problem | None:
    """What refuses a promotion that too few people agreed to, with why the other approvals do not count."""
    if len(found.agreed) >= needed:
        return None
    void = "".join(f"; {name} does not count: {why}" for name, why in found.void)
    have = f"has {len(found.agreed) or 'none'}{void}"
    asked = f"{environment.name} asks for {needed} {'approval' if needed == 1 else 'approvals'}"
    message = f"{asked}, and {release.name} {release.version} {have}"
    return Problem(APPROVAL, message, hint=f"ask somebody: promptctl approve {release.reference} {environment.name}")


def authors(repository: Repository, release: Release, live: Release | None) -> frozenset[str]:
    """Mail addresses of all who wrote or helped to write what a release changes against the live one.

    Raises StateError in a shallow clone, where nobody can tell.
    """
    require_full_history(repository, f"who wrote {release.name} {release.version}")
    names = (release.name, *release.closure.prompt.formerly)
    paths = release.written_in | {f"prompts/{name}/eval.yaml" for name in names}
    found: set[str] = set()
    for change in changes(repository.git, paths, release.commit, live.commit if live else None, most=None):
        beside = (value for key, value in change.trailers if key.lower() == "co-authored-by")
        found |= {address(person) for person in (change.author, *beside)}
    return frozenset(found)


def _votes(repository: Repository, state: State, promoted: Promoted, *, signed: bool) -> Iterator[Vote]:
    folder = approvals_folder(promoted.environment, promoted.prompt, promoted.version)
    for path, approval in state.approvals(folder):
        name = address(approval.by) if isinstance(approval, Approval) else path.rpartition("/")[2]
        if isinstance(approval, UsageError):
            yield Vote(name=name, approval=None)
            continue
        found = approval_signature(repository, state, path, name) if signed else Signature()
        yield Vote(name=name, approval=approval, signer=found.signer, unsigned=found.fault)


def approval_signature(repository: Repository, state: State, path: str, by: str) -> Signature:
    """Who signed the commit that made an approval what it is; ``by`` is the mail address of whoever approved."""
    assert state.commit
    commit = repository.git.text("rev-list", "-1", state.commit, "--", path)
    found = signature(repository.git, commit, "commit", allowed_signers(repository))
    if found.fault and repository.git.text("log", "-1", "--format=%ce", commit).lower() != by:
        merged = "a squash or a rebase put another commit in the place of the signed one: merge it by a merge commit"
        return replace(found, fault=f"{found.fault} ({merged})")
    return found


def allowed_signers(repository: Repository) -> str | None:
    """The team's SSH signers, as the default branch has them; None where it names none."""
    tree = repository.policy.tree
    return decode(tree.read(SIGNERS), SIGNERS) if SIGNERS in tree.files() else None
