"""``drift``: every disagreement between files, lock, tags, pointers and evidence."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state
from promptctl.core.canonical import digest, parts, short
from promptctl.core.drift import Drift, lock_drift
from promptctl.core.pointer import Pointer
from promptctl.core.tree import Tree
from promptctl.errors import DocumentError, Problem
from promptctl.workflows.pointer_drift import PointerReport, pointer_report
from promptctl.workflows.tag_drift import tag_report


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftResult:
    """``findings`` errors first; ``read`` names the commits that were read; ``notes`` what was not judged."""

    findings: tuple[Drift, ...]
    read: str
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


def drift(repository: Repository) -> DriftResult:
    """Looks everywhere. Raises StateError where tags or the state branch are not in this clone."""
    state = read_state(repository)
    pointers = pointer_report(repository, state)
    findings = [
        *_file_drift(repository),
        *tag_report(repository).findings,
        *pointers.findings,
        *_unused(repository, pointers),
        *_evidence(repository, state, pointers),
    ]
    findings.sort(
        key=lambda finding: (finding.level != "error", finding.prompt, finding.environment or "", finding.kind)
    )
    notes = tuple(note for note in (pointers.note, repository.policy_note) if note)
    policy = f"policy of {repository.default_branch} at {repository.policy.tree.label or 'the work tree'}"
    return DriftResult(findings=tuple(findings), read=f"{state.label}; {policy}", notes=notes)


def _file_drift(repository: Repository) -> list[Drift]:
    closures, errors = repository.work.readable()
    unreadable = [problem for error in errors for problem in error.problems]
    found = [_unreadable(problem) for problem in (*repository.work.misplaced(), *dict.fromkeys(unreadable))]
    try:
        lock = read_lock(repository.work)
    except DocumentError as error:
        message = f"{error} ({error.problem.place})"
        return [*found, Drift(kind="lock-broken", prompt="", message=message, repair="promptctl lock")]
    digests = {name: digest(closure) for name, closure in closures.items()}
    broken = set(repository.work.names) - closures.keys()
    drifts = lock_drift(lock, digests, {name: parts(closure) for name, closure in closures.items()})
    return [*found, *(finding for finding in drifts if finding.prompt not in broken)]


def _unreadable(problem: Problem) -> Drift:
    file = problem.place.file if problem.place else ""
    name = file.removeprefix("prompts/").removesuffix("/prompt.yaml")
    where = f" ({problem.place})" if problem.place else ""
    return Drift(kind="unreadable", prompt=name, message=f"{problem.message}{where}", repair="promptctl lint")


def _unused(repository: Repository, report: PointerReport) -> list[Drift]:
    served = {name for _, name in report.pointers}
    return [
        Drift(
            kind="unused", prompt=name, message=f"no environment serves {name}", repair=f"promptctl promote {name} ENV"
        )
        for name in repository.work.names
        if name not in served and name in read_lock(repository.policy).prompts
    ]


def _evidence(repository: Repository, state: State, report: PointerReport) -> list[Drift]:
    """Pointers of gated environments that no evidence speaks for."""
    trees = [repository.work.tree, repository.policy.tree]
    trees += [repository.at(state.commit).tree] if state.commit else []
    environments = repository.settings.environments
    return [
        Drift(
            kind="evidence-stale",
            prompt=name,
            environment=environment,
            message=f"no evidence for {name} {pointer.served.version}",
            repair=f"promptctl eval {name}@{pointer.served.version}",
            expected=pointer.served.digest,
        )
        for (environment, name), pointer in report.pointers.items()
        if environment in environments and environments[environment].gate and not _has_evidence(trees, name, pointer)
    ]


def _has_evidence(trees: list[Tree], name: str, pointer: Pointer) -> bool:
    start = f"prompts/{name}/evidence/{short(pointer.served.digest)}-"
    return any(path.startswith(start) for tree in trees for path in tree.files())
