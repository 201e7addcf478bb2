"""All kept evidence of a prompt, each run in short, as it was recorded: nothing is scored again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.report import Run
from promptctl.core.evals.rows import Enough, make_run
from promptctl.errors import UsageError
from promptctl.workflows.eval_report import enough_of
from promptctl.workflows.kept_evidence import Kept, label_of_digest, shelf_of
from promptctl.workflows.resolve import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRun:
    """What one model's answers came to in one file of evidence."""

    kept: Kept
    model: str
    run: Run

    @property
    def place(self) -> str:
        """What runs are sorted by: the time, then file and model."""
        return f"{self.run.time} {self.kept.path} {self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRuns:
    """The runs of a prompt, newest first, and what could not be read."""

    name: str
    runs: tuple[ModelRun, ...]
    notes: tuple[str, ...]


def evidence_runs(repository: Repository, name: str) -> EvidenceRuns:
    """The runs of every version that evidence is kept of, judged case by case as the suite of today asks for.

    Raises what ``resolve`` raises.
    """
    resolved = resolve(repository, name)
    notes: tuple[str, ...] = ()
    try:
        loaded = load_suite(resolved.project, resolved.name)
    except UsageError as error:
        loaded, notes = None, (f"the suite of today cannot be read: {error}",)
    enough = enough_of(loaded.suite) if loaded else Enough()
    shelf = shelf_of(repository, resolved.name)
    found = [run for kept in shelf.kept for run in _runs(repository, kept, enough)]
    ordered = sorted(found, key=lambda it: it.place, reverse=True)
    return EvidenceRuns(name=resolved.name, runs=tuple(ordered), notes=(*notes, *shelf.notes))


def _runs(repository: Repository, kept: Kept, enough: Enough) -> Iterator[ModelRun]:
    label = label_of_digest(repository, kept.name, kept.evidence.subject)
    for model in kept.evidence.models:
        run = make_run(label, kept.evidence, model, enough)
        if run:
            yield ModelRun(kept=kept, model=model, run=run)
