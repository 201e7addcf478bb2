"""``eval verify``: scores kept replies again, offline, and insists that the evidence follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.evidence import Evidence
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.evidence import Sources, Subject, read_evidence, recorded_replies, score_again
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.releases import read_release, witnesses


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCheck:
    """One file: "reproduced", "differs", "broken", or "not judged" with the reason why."""

    file: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalVerifyResult:
    """``ok`` is False when a file is broken or differs; files that nobody can judge are named."""

    checks: tuple[EvidenceCheck, ...]

    @property
    def ok(self) -> bool:
        return not any(check.outcome in ("differs", "broken") for check in self.checks)


def verify_evidence(repository: Repository, names: Sequence[str], context: GateContext) -> EvalVerifyResult:
    """Checks the evidence in the work tree, of some prompts or of all. Raises StateError when there is none."""
    chosen = [repository.work.find(name) for name in names] or list(repository.work.names)
    checks = tuple(check for name in chosen for check in _checks(repository, name, context))
    if not checks:
        raise StateError("PC064", "there is no evidence to verify", hint="promptctl eval")
    return EvalVerifyResult(checks=checks)


def _checks(repository: Repository, name: str, context: GateContext) -> Iterator[EvidenceCheck]:
    start = f"prompts/{name}/evidence/"
    for path in repository.work.tree.files():
        if path.startswith(start) and path.endswith(".json"):
            try:
                yield _check(repository, name, path, read_evidence(repository.work.tree, path), context)
            except UsageError as error:
                yield EvidenceCheck(file=path, outcome="broken", reason=str(error))


def _check(repository: Repository, name: str, path: str, evidence: Evidence, context: GateContext) -> EvidenceCheck:
    subject = subject_of(repository, name, evidence)
    if subject is None:
        return EvidenceCheck(file=path, outcome="not judged", reason="its prompt or suite is not here any more")
    if subject.evidence_file != path:
        return EvidenceCheck(file=path, outcome="broken", reason=f"its content belongs to {subject.evidence_file}")
    tree = repository.work.tree
    sources = Sources(
        trees=[tree],
        home=tree,
        cache=context.cache,
        providers={},
        environment=context.environment,
        now=context.now,
        mode="recorded",
    )
    try:
        again = score_again(subject, evidence, recorded_replies(subject, [tree]), sources)
    except StateError as error:
        return EvidenceCheck(file=path, outcome="differs", reason=str(error))
    if again is None:
        return EvidenceCheck(file=path, outcome="not judged", reason="its replies are neither recorded nor cached")
    return EvidenceCheck(file=path, outcome="reproduced")


def subject_of(repository: Repository, name: str, evidence: Evidence) -> Subject | None:
    """The prompt and the suite that evidence speaks of: here, or in a release."""
    for closure, suites in _places(repository, name, evidence.subject):
        for project in suites:
            loaded = load_suite(project, name)
            if loaded and loaded.digest == evidence.suite:
                return Subject(
                    name=name,
                    reference=name,
                    released=project is not repository.work,
                    closure=closure,
                    digest=evidence.subject,
                    loaded=loaded,
                )
    return None


def _places(repository: Repository, name: str, subject: str) -> Iterator[tuple[Closure, list[Project]]]:
    here = repository.work.closure(name)
    if digest(here) == subject:
        yield here, [repository.work]
    entry = read_lock(repository.work).prompts.get(name)
    versions = [version for version, known in (entry.releases if entry else {}).items() if known == subject]
    for version in versions:
        try:
            release = read_release(repository, name, version, witnesses(repository))
        except PromptctlError:
            continue
        yield release.closure, [release.project, repository.work]
