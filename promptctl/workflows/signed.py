"""Who signed releases and moves, by the team's signers: what ``verify --signatures`` adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptctl.adapters.git.signed import Signature, signature
from promptctl.adapters.repository import Repository, require_full_history
from promptctl.adapters.state import State
from promptctl.core.moves.approval import address
from promptctl.core.moves.drift import Drift
from promptctl.core.moves.pointer import moves_path
from promptctl.workflows.approvals import allowed_signers
from promptctl.workflows.release_tags import find_tag
from promptctl.workflows.releases import Release


def unsigned_releases(repository: Repository, releases: Sequence[Release]) -> Iterator[Drift]:
    """The releases whose tags nobody signed whom the team knows."""
    signers = allowed_signers(repository)
    for release in releases:
        tag = find_tag(repository, release.name, release.version)
        found = signature(repository.git, tag.object_id, "tag", signers)
        if found.fault:
            yield Drift(
                kind="unsigned",
                prompt=release.name,
                version=release.version,
                message=f"the tag of {release.reference}: {found.fault}",
                repair="promptctl release --sign, for the next version",
            )


def unsigned_moves(repository: Repository, state: State) -> Iterator[Drift]:
    """The pointers whose last move nobody signed whom the team knows, or somebody else than the one it names."""
    require_full_history(repository, "who signed moves")
    signers = allowed_signers(repository)
    for environment, name in state.moved:
        last = state.moves(environment, name).entries[-1]
        path = moves_path(environment, name)
        assert state.commit
        commit = repository.git.text("rev-list", "-1", state.commit, "--", path)
        fault = _fault(signature(repository.git, commit, "commit", signers), address(last.by))
        if fault:
            yield Drift(
                kind="unsigned",
                prompt=name,
                environment=environment,
                version=last.served.version if last.served else None,
                message=f"move {last.serial} of {name} in {environment}: {fault}",
                repair="git config commit.gpgsign true, before the next move",
            )


def _fault(found: Signature, by: str) -> str | None:
    if found.signer and found.signer.lower() != by:
        return f"it is by {by} and signed by {found.signer}"
    return found.fault
