"""What a candidate is compared with: the version an environment or reference stands for, under the same suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from promptctl.adapters.project import Project
from promptctl.adapters.suites import load_suite
from promptctl.core.canonical import digest
from promptctl.core.closure import Closure
from promptctl.core.comparison import Baseline
from promptctl.core.contract import accepts
from promptctl.core.weakening import weakened
from promptctl.workflows.evaluation import Progress, own_model
from promptctl.workflows.evidence import Sources, Subject, gather


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The baseline with its results, how the suite is weaker than its own, and new files of evidence."""

    baseline: Baseline
    weakened: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    asked: int = 0


def run_baseline(
    label: str,
    before: Closure,
    project: Project,
    candidate: Subject,
    sources: Sources,
    now: datetime,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Compared:
    """Runs the candidate's suite on the version before, over the cases that its contract accepts."""
    name = before.prompt.name
    own = load_suite(project, name)
    weaker = weakened(candidate.loaded.suite, own.suite) if own else ()
    cases = [case for case in candidate.loaded.suite.cases if accepts(before, case.inputs)]
    refused = frozenset(case.name for case in candidate.loaded.suite.cases) - {case.name for case in cases}
    model = own_model(before)
    if not cases:
        return Compared(baseline=Baseline(label=label, model=model, refused=refused), weakened=weaker)
    subject = Subject(name=candidate.name, closure=before, digest=digest(before), loaded=candidate.loaded)
    found = gather(subject, sources, now, cases, watch)
    baseline = Baseline(label=label, model=model, results=found.results, refused=refused)
    return Compared(baseline=baseline, weakened=weaker, files=found.files, asked=found.asked)
