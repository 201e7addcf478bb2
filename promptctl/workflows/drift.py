"""``drift``: every disagreement between files, lock, tags, pointers and evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.known_lock import agreed, retired
from promptctl.adapters.repository import Repository, read_lock, require_full_history
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.drift import Drift
from promptctl.core.prompts.canonical import short
from promptctl.errors import Problem, UsageError
from promptctl.workflows.file_drift import file_drift
from promptctl.workflows.pointer_drift import PointerReport
from promptctl.workflows.refs_drift import RefsDrift
from promptctl.workflows.retirement import retired_versions
from promptctl.workflows.split_drift import stale_splits


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftResult:
    """``findings`` errors first; ``read`` names the commits that were read; ``notes`` what was not judged."""

    findings: tuple[Drift, ...]
    read: str
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


def drift(repository: Repository, now: datetime, live: Callable[[State], list[Drift]] | None = None) -> DriftResult:
    """Looks everywhere; ``live`` finds what applications do otherwise than the pointers say.

    Raises StateError where tags, the state branch or, with no error found without it, history are not in this clone.
    """
    state = read_state(repository)
    broken = _broken_locks(repository)
    # Git looks at the work tree meanwhile. Where the files were read, releases of the same files need not be.
    refs = None if broken else RefsDrift(repository, state)
    findings, notes = [*_file_drift(repository), *broken], []
    pointers = refs.report() if refs else None
    if pointers is None:
        notes.append("tags and pointers were not judged: a lock cannot be read")
    else:
        findings += [
            *pointers.findings,
            *_unused(repository, pointers),
            *_retired(repository, pointers),
            *_evidence(repository, state, pointers),
            *stale_splits(repository, state, pointers, now),
        ]
        findings += live(state) if live else []
        if pointers.cut:
            notes.append("earlier serials were not judged: this shallow clone lacks the history")
    findings.sort(
        key=lambda finding: (finding.level != "error", finding.prompt, finding.environment or "", finding.kind)
    )
    policy = f"policy of {repository.default_branch} at {repository.policy.tree.label or 'the work tree'}"
    notes += [repository.policy_note] if repository.policy_note else []
    result = DriftResult(findings=tuple(findings), read=f"{state.label}; {policy}", notes=tuple(notes))
    if result.ok and pointers and pointers.cut:
        require_full_history(repository, "judging earlier serials")
    return result


def _broken_locks(repository: Repository) -> list[Drift]:
    """The lock here and the default branch's, where they cannot be read; nothing vouches for releases then."""
    found: list[Drift] = []
    for project in dict.fromkeys((repository.work, repository.policy)):
        try:
            read_lock(project)
        except UsageError as error:
            message = f"{error} ({error.problem.place})"
            found.append(Drift(kind="lock-broken", prompt="", message=message, repair="promptctl lock"))
    return found


def _file_drift(repository: Repository) -> list[Drift]:
    digests, errors = repository.work.digests()
    unreadable = [problem for error in errors for problem in error.problems]
    found = [_unreadable(problem) for problem in (*repository.work.misplaced(), *dict.fromkeys(unreadable))]
    try:
        drifts = file_drift(repository.work, digests)
    except UsageError:
        return found
    broken = set(repository.work.names) - digests.keys()
    return [*found, *(finding for finding in drifts if finding.prompt not in broken)]


def _unreadable(problem: Problem) -> Drift:
    file = problem.place.file if problem.place else ""
    name = file.removeprefix("prompts/").removesuffix("/prompt.yaml")
    where = f" ({problem.place})" if problem.place else ""
    return Drift(kind="unreadable", prompt=name, message=f"{problem.message}{where}", repair="promptctl lint")


def _unused(repository: Repository, report: PointerReport) -> list[Drift]:
    served, known = {name for _, name in report.pointers}, agreed(repository.policy)
    return [
        Drift(
            kind="unused", prompt=name, message=f"no environment serves {name}", repair=f"promptctl promote {name} ENV"
        )
        for name in repository.work.names
        if name not in served and name in known
    ]


def _retired(repository: Repository, report: PointerReport) -> list[Drift]:
    here, withdrawn = agreed(repository.policy), dict(retired(repository.policy))
    for name in {name for _, name in report.pointers} - here.keys():
        withdrawn[name] = {str(version): reason for version, reason in retired_versions(repository, name).items()}
    return [
        Drift(
            kind="retired-served",
            prompt=name,
            environment=environment,
            version=served.version,
            message=f"{name} {served.version} is retired: {reason}",
            repair=f"promptctl promote {name} {environment}",
        )
        for (environment, name), pointer in report.pointers.items()
        for served in pointer.live
        if (reason := withdrawn.get(name, {}).get(str(served.version)))
    ]


def _evidence(repository: Repository, state: State, report: PointerReport) -> list[Drift]:
    """Pointers of gated environments that no evidence speaks for."""
    environments = {name for name, it in repository.settings.environments.items() if it.gate}
    gated = {place: pointer for place, pointer in report.pointers.items() if place[0] in environments}
    trees = [repository.work.tree, repository.policy.tree] if gated else []
    trees += [repository.at(state.commit).tree] if gated and state.commit else []
    known = {path.rpartition("-")[0] for tree in trees for path in tree.files() if "/evidence/" in path}
    return [
        Drift(
            kind="evidence-stale",
            prompt=name,
            environment=environment,
            message=f"no evidence for {name} {pointer.served.version}",
            repair=f"promptctl eval {name}@{pointer.served.version}",
            expected=pointer.served.digest,
        )
        for (environment, name), pointer in gated.items()
        if f"prompts/{name}/evidence/{short(pointer.served.digest)}" not in known
    ]
