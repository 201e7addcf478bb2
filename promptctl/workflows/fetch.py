"""``fetch``: brings branches and tags as the remote has them, and says what is wrong with what came."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.git.refs import commit_of, list_refs
from promptctl.adapters.git.tags import mirrored_tags, release_tags
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.moves.drift import Drift
from promptctl.core.releases.tag import tag_name
from promptctl.errors import StateError
from promptctl.workflows.refs_drift import RefsDrift

NO_REMOTE = "PC279"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A shared branch: where it was when last fetched (None: never), and where it is (None: the remote has none)."""

    branch: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """``new`` are release tags that the remote has and this clone did not know, ``gone`` those that it had and lost;
    ``findings`` are disagreements between tags, lock and pointers."""

    remote: str
    branches: tuple[Moved, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    findings: tuple[Drift, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


def fetch(repository: Repository) -> Fetched:
    """Asks the remote. Raises StateError without one, OutsideError when it does not answer."""
    remote, git = repository.remote, repository.git
    if remote is None:
        raise StateError(NO_REMOTE, "this repository has no remote", hint="git remote add origin URL")
    before = {tag.ref: tag for tag in mirrored_tags(git, remote)}
    known = before.keys() | {tag.ref for tag in release_tags(git)}
    tracking = f"refs/remotes/{remote}/"
    tips = {ref.name.removeprefix(tracking): ref.commit for ref in list_refs(git, tracking)}
    absent = repository.fetch(None)
    after = {tag.ref: tag for tag in mirrored_tags(git, remote)}
    names = sorted({repository.default_branch, repository.state_branch})
    here = {name: None if name in absent else commit_of(git, tracking + name) for name in names}
    return Fetched(
        remote=remote,
        branches=tuple(Moved(branch=name, before=tips.get(name), after=here[name]) for name in names),
        new=tuple(tag_name(after[ref].name, after[ref].version) for ref in sorted(after.keys() - known)),
        gone=tuple(tag_name(before[ref].name, before[ref].version) for ref in sorted(before.keys() - after.keys())),
        findings=RefsDrift(repository, read_state(repository)).report().findings,
    )
