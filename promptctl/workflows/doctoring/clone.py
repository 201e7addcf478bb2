"""What this clone lacks, and what makes Git see it differently from others."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from promptctl.adapters.git.refs import list_refs
from promptctl.adapters.git.tags import mirrored_tags, release_tags
from promptctl.adapters.repository import read_lock
from promptctl.core.ailment import Ailment
from promptctl.workflows.doctoring.patient import Patient

MANY_LOOSE = 1000


def _shallow(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    remote = repository.remote or "origin"
    if repository.git.shallow:
        yield Ailment(
            kind="shallow",
            message="this clone is shallow",
            why='without history a "no" means nothing, so release, drift and approvals refuse',
            repair=f"git fetch --unshallow --tags {remote}",
        )
    if any(key.endswith(".promisor") and repository.git.is_on(key) for key in repository.git.config):
        yield Ailment(
            kind="partial",
            message="this clone is partial",
            why="what it lacks is fetched when it is needed: offline, commands that need it fail",
            repair=f"git fetch --refetch --no-filter {remote}",
        )


def _tags(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    remote = repository.remote
    known = release_tags(repository.git) or (mirrored_tags(repository.git, remote) if remote else ())
    promised = repository.default_commit and read_lock(repository.at(repository.default_commit)).prompts
    if remote and promised and not known and not repository.git.shallow:
        yield Ailment(
            kind="no-tags",
            message=f"the lock has {len(promised)} prompts and no release is tagged here",
            why="nothing can be promoted that is not released; a clone may have been made without tags",
            repair=f"git fetch --tags {remote} || promptctl release",
        )


def _objects(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    borrowed = repository.git.common_directory / "objects/info/alternates"
    if borrowed.is_file():
        yield Ailment(
            kind="alternates",
            message="this clone borrows objects from another folder",
            why="it breaks when that folder goes or is tidied",
            repair=f"git repack -a -d && rm {shlex.quote(str(borrowed))}",
        )
    replaced = list_refs(repository.git, "refs/replace")
    if replaced:
        first = replaced[0].name.removeprefix("refs/replace/")
        yield Ailment(
            kind="replaced",
            message=f"{len(replaced)} objects are replaced (refs/replace), the first is {first[:7]}",
            why="git shows other content than promptctl, which reads what was committed",
            repair=f"git replace -d {first}",
        )


def _loose(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    loose = sum(1 for path in (repository.git.common_directory / "refs").rglob("*") if path.is_file())
    if loose > MANY_LOOSE:
        yield Ailment(
            kind="loose-refs",
            message=f"{loose} refs are files of their own",
            why="every listing of tags opens each of them",
            repair="git pack-refs --all",
        )


CHECKS = (_shallow, _tags, _objects, _loose)
