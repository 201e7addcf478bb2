"""What a candidate is compared with: the version an environment or reference stands for, under the same suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.case import Case
from promptctl.core.evals.comparison import Baseline
from promptctl.core.evals.packed import those
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.weakening import weakened
from promptctl.core.prompts.contract import accepts
from promptctl.core.releases.reference import parse_reference
from promptctl.errors import DocumentError, StateError, UsageError
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.evidence import Gathered, Sources, Subject
from promptctl.workflows.gather import gather
from promptctl.workflows.releases import RELEASE_BROKEN
from promptctl.workflows.resolve import NOT_SERVED, Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The baseline with its results, how the suite is weaker than its own, and what was gathered for it."""

    baseline: Baseline
    weakened: tuple[str, ...] = ()
    subject: Subject | None = None
    found: Gathered | None = None

    @property
    def files(self) -> Mapping[str, bytes]:
        """New files of evidence for the baseline."""
        return self.found.files if self.found else {}

    @property
    def asked(self) -> int:
        return self.found.asked if self.found else 0


def find_baseline(
    repository: Repository, state: State, name: str, against: str, formerly: Sequence[str] = ()
) -> Resolved | None:
    """What a gate's ``against`` stands for; None when that environment does not serve the prompt.

    A prompt that the environment serves only by a name it had before, one of ``formerly``, is compared with that.

    Raises UsageError for what nothing is called, StateError for what cannot be read or trusted.
    """
    if against not in repository.settings.environments:
        try:
            return resolve(repository, f"{name}@{against}")
        except StateError as error:
            if error.code != NOT_SERVED:
                raise
            return None
    pointers = ((each, state.live(against, each)) for each in (name, *reversed(formerly)))
    name, pointer = next(((each, it) for each, it in pointers if it), (name, None))
    if pointer is None:
        return None
    found = resolve(repository, f"{name}@{pointer.served.version}")
    if found.digest != pointer.served.digest:
        message = f"{against} serves {pointer.served.digest}, but {name} {found.version} is {found.digest}"
        raise StateError(RELEASE_BROKEN, message, hint="promptctl drift")
    return found


def label_of(against: str, before: Resolved) -> str:
    """How a verdict calls a baseline."""
    named = parse_reference(f"{before.name}@{against}").version
    return f"{against} ({before.version})" if before.version and not named else against


def weaker_than(suite: Suite, project: Project, name: str) -> tuple[str, ...]:
    """How a suite asks less than the one of another state of the prompt; a suite that cannot be read hides that."""
    try:
        own = load_suite(project, name)
    except DocumentError as error:
        return (f"the suite it is compared with cannot be read: {error}",)
    return weakened(suite, own.suite) if own else ()


def compare_with(
    repository: Repository,
    state: State,
    against: str,
    subject: Subject,
    found: Gathered,
    sources: Sources,
    cases: Sequence[Case],
    *,
    forgiving: bool = True,
    instead: str | None = None,
) -> Compared:
    """The candidate's suite on what ``against`` stands for; ``found`` are the candidate's own results. Where that is
    the candidate's own content, which loses nothing against itself, on what ``instead`` stands for.

    A baseline that cannot run is ``broken``, which fails the gate, or, not ``forgiving``, what it raises. Raises as
    ``find_baseline`` does.
    """
    formerly = subject.closure.prompt.formerly
    before = find_baseline(repository, state, subject.name, against, formerly)
    if instead and before and before.digest == subject.digest:
        against, before = instead, find_baseline(repository, state, subject.name, instead, formerly)
    if before is None:
        return Compared(baseline=Baseline(label=against, absent=f"{against} does not serve {subject.name} yet"))
    weaker = weaker_than(subject.loaded.suite, before.project, before.name)
    try:
        compared = _run(before, label_of(against, before), subject, found, sources, cases)
    except (UsageError, StateError) as error:
        if not forgiving:
            raise
        broken = Baseline(label=label_of(against, before), broken=f"it cannot run: {error}")
        return Compared(baseline=broken, weakened=weaker)
    return replace(compared, weakened=weaker)


def _run(
    before: Resolved, label: str, candidate: Subject, found: Gathered, sources: Sources, cases: Sequence[Case]
) -> Compared:
    """Over those of the cases that the contract of the version before accepts; the same digest has the same results."""
    model = own_model(before.closure, candidate.loaded.suite)
    accepted = those(cases, lambda case: accepts(before.closure, case.inputs))
    refused = frozenset(case.name for case in cases) - {case.name for case in accepted}
    baseline = Baseline(label=label, model=model, refused=refused)
    if not accepted:
        return Compared(baseline=baseline)
    if before.digest == candidate.digest:
        return Compared(baseline=replace(baseline, results=found.results), found=replace(found, files={}, asked=0))
    subject = subject_before(before, candidate)
    own = gather(subject, sources, accepted, [model])
    names = {case.name for case in accepted}
    results = those(own.results, lambda result: result.case in names)
    return Compared(baseline=replace(baseline, results=results), subject=subject, found=own)


def subject_before(before: Resolved, candidate: Subject) -> Subject:
    """Another state of a prompt, under the candidate's suite."""
    return Subject(
        name=candidate.name,
        reference=f"{before.name}@{before.version or before.reference.ref}",
        released=before.version is not None,
        closure=before.closure,
        digest=before.digest,
        loaded=candidate.loaded,
    )


def without_baseline(repository: Repository, state: State, against: str, subject: Subject, reason: str) -> Compared:
    """No comparison, for a reason; the suite must not ask less for it. Raises as ``find_baseline`` does."""
    before = find_baseline(repository, state, subject.name, against, subject.closure.prompt.formerly)
    weaker = weaker_than(subject.loaded.suite, before.project, before.name) if before else ()
    return Compared(baseline=Baseline(label=against, absent=f"left out: {reason}"), weakened=weaker)
