"""Reports of evals: the verdict of a run with all its answers, and how its cases came out in kept evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from promptctl.adapters.repository import Repository
from promptctl.core.evals.case import Case
from promptctl.core.evals.evidence import Evidence
from promptctl.core.evals.report import EvalReport, Run
from promptctl.core.evals.rows import Enough, differences, make_rows, make_run
from promptctl.core.evals.suite import Suite
from promptctl.core.models.provider_table import providers_of
from promptctl.core.secrets import known_values, mask_value
from promptctl.core.timestamp import timestamp
from promptctl.workflows.eval import EvalResult
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.kept_evidence import Shelf, label_of_digest, shelf_of

MOST_RUNS = 20
"""Kept evidence that a report looks back on."""


def report_of(
    repository: Repository,
    result: EvalResult,
    context: GateContext,
    shelf: Shelf | None = None,
    time: str | None = None,
) -> EvalReport:
    """The report of one suite's result. ``time`` is that of its evidence, now when it was made now."""
    shelf = shelf or shelf_of(repository, result.name)
    past = labelled(repository, shelf)
    enough = enough_of(result.judged)
    now, before = result.now, result.before
    sides = (before.side(enough), now.side(enough)) if before else None
    return EvalReport(
        prompt=result.name,
        reference=result.reference,
        subject=result.subject,
        suite=result.suite,
        time=time or timestamp(context.now),
        outcome=result.verdict.outcome,
        ok=result.ok,
        sentence=result.verdict.sentence,
        rows=make_rows(now, before, masked_cases(repository, result.judged, context), enough, past),
        checks=result.verdict.checks,
        flaky=result.verdict.flaky,
        baseline=result.baseline,
        differences=tuple(differences(*sides)) if sides else (),
        runs=runs_of(past, now.model, enough),
        notes=tuple(note for note in (result.note, result.unkept, *shelf.notes) if note),
    )


def enough_of(suite: Suite) -> Enough:
    """What a case of a suite needs to pass."""
    return Enough(min_pass=suite.gate.min_pass, repeat=suite.repeat)


def labelled(repository: Repository, shelf: Shelf) -> list[tuple[str, Evidence]]:
    """The newest kept evidence, oldest first, with the name of what it speaks of."""
    newest = shelf.kept[-MOST_RUNS:]
    return [(label_of_digest(repository, it.name, it.evidence.subject), it.evidence) for it in newest]


def runs_of(past: Sequence[tuple[str, Evidence]], model: str, enough: Enough) -> tuple[Run, ...]:
    """Kept evidence in short, as far as it has answers of the model."""
    runs = (make_run(label, evidence, model, enough) for label, evidence in past)
    return tuple(run for run in runs if run)


def masked_cases(repository: Repository, suite: Suite, context: GateContext) -> Mapping[str, Case]:
    """The cases of a suite by name; no input holds a secret of this machine."""
    settings = repository.work.settings
    providers = providers_of(settings)
    secrets = known_values(context.environment, [it.key for it in providers.values() if it.key])
    return _Masked(suite.cases, secrets)


class _Masked(Mapping[str, Case]):
    """Cases by name, masked when they are looked at."""

    def __init__(self, cases: Sequence[Case], secrets: tuple[str, ...]) -> None:
        self._cases, self._secrets = cases, secrets
        self._places = {case.name: place for place, case in enumerate(cases)}

    def __getitem__(self, name: str) -> Case:
        case = self._cases[self._places[name]]
        return replace(case, inputs=mask_value(case.inputs, self._secrets))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
