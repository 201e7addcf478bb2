"""What sharing moves with others needs: a name, the remote, the state branch, and a clock that is right."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from promptctl.adapters.git.checkout import Checkout
from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.core.ailment import Ailment
from promptctl.errors import StateError
from promptctl.workflows.doctoring.patient import Patient

_SKEW = 300


def _identity(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    try:
        committer(repository.git)
    except StateError as error:
        yield Ailment(
            kind="identity",
            message=str(error),
            why="releases and moves say who made them",
            repair=error.hint or "git config user.name",
        )


def _state_branch(patient: Patient) -> Iterator[Ailment]:
    """Also asks for the remote, the default branch and the state branch: what is amiss with them is raised."""
    repository = patient.repository
    branch = repository.state_branch
    commit = repository.commit_last_seen(branch)
    checkout = Checkout(repository.git, branch).git
    if checkout and checkout.root.resolve() != repository.root.resolve():
        yield Ailment(
            kind="elsewhere",
            message=f"{branch} is checked out in {checkout.root}",
            why="its files follow every move that is made from here",
            repair=f"git worktree remove {shlex.quote(str(checkout.root))}",
        )
    ahead = _made(repository, commit) - patient.now.timestamp() if commit else 0.0
    if ahead > _SKEW:
        yield Ailment(
            kind="clock",
            message=f"the newest commit of {branch} was made {int(ahead)} s after this machine's time",
            why="moves and evidence are dated by the clock of whoever makes them",
            repair="timedatectl set-ntp true",
        )


def _made(repository: Repository, commit: str) -> float:
    try:
        return float(repository.git.text("show", "-s", "--format=%ct", commit))
    except (GitFailure, ValueError):
        return 0.0


CHECKS = (_identity, _state_branch)
