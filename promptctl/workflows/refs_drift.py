"""What drift finds out about tags and pointers: again only when something that it follows from is otherwise."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.drift import drift_from
from promptctl.core.moves.pointer import Pointer
from promptctl.core.releases.lockfile import PATH
from promptctl.errors import UsageError
from promptctl.workflows.pointer_drift import PointerReport, pointer_report
from promptctl.workflows.serials import earlier_tips
from promptctl.workflows.tag_drift import tag_report

_SHELF, _KEY = "drift", "refs"


class RefsDrift:
    """The findings about every tag and every pointer, with the pointers."""

    def __init__(self, repository: Repository, state: State) -> None:
        self._repository, self._state = repository, state
        self._follows_from = _follows_from(repository, state)
        fact = repository.facts.get(_SHELF, _KEY)
        self._known = self._from(fact) if isinstance(fact, list) and fact[0] == self._follows_from else None

    def _from(self, fact: list[Any]) -> PointerReport:
        _, written, cut = fact
        return PointerReport(findings=tuple(map(drift_from, written)), pointers=_pointers(self._state), cut=cut)

    def report(self) -> PointerReport:
        """What is known already, else what is found now.

        Raises StateError with the fetch line where tags are not in this clone.
        """
        if self._known:
            return self._known
        report = pointer_report(self._repository, self._state)
        findings = (*tag_report(self._repository).findings, *report.findings)
        fact = [self._follows_from, [found.to_dict() for found in findings], report.cut]
        self._repository.facts.put(_SHELF, _KEY, fact)
        return replace(report, findings=findings)


def _follows_from(repository: Repository, state: State) -> str:
    """Names all that the findings follow from: every ref, what the remote's branch was before, locks, settings, and how
    the clone was made. Objects never change."""
    git = repository.git
    refs = git.run("for-each-ref", "--format=%(refname) %(objectname)").stdout
    shallow = (git.common_directory / "shallow").read_text() if git.shallow else ""
    parts = [
        hashlib.sha256(refs).hexdigest(),
        [state.branch, state.commit, repository.default_branch, repository.default_commit, repository.remote],
        earlier_tips(repository, state.branch),
        [repository.work.known.content(PATH), repository.settings.document.value],
        [shallow, git.config.get(f"remote.{repository.remote}.tagopt")],
        [[it.ref, it.was] for it in repository.rewritten],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _pointers(state: State) -> Mapping[tuple[str, str], Pointer]:
    found: dict[tuple[str, str], Pointer] = {}
    for environment, names in state.environments.items():
        for name in names:
            with suppress(UsageError):
                if pointer := state.pointer(environment, name):
                    found[environment, name] = pointer
    return found
