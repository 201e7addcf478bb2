"""Recorded answers of two states of a prompt side by side, as their evidence has them: nothing is scored again."""

from __future__ import annotations

from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.core.evals.report import EvalReport
from promptctl.core.evals.rows import Enough, differences, make_rows
from promptctl.workflows.eval_report import enough_of
from promptctl.workflows.eval_show import choose_evidence, recorded_answers


def diff_answers(repository: Repository, before: str, now: str) -> EvalReport:
    """The answers of both, changed cases first; no verdict. Raises StateError where one of them has no evidence."""
    folder = Path(repository.root)
    old, new = choose_evidence(repository, before, folder), choose_evidence(repository, now, folder)
    enough = enough_of(new.subject.loaded.suite) if new.subject else Enough()
    sides = recorded_answers(old), recorded_answers(new)
    suites = "" if old.kept.evidence.suite == new.kept.evidence.suite else ", each by the suite of its time"
    return EvalReport(
        prompt=new.kept.name,
        reference=now,
        subject=new.kept.evidence.subject,
        suite=new.kept.evidence.suite,
        time=new.kept.evidence.meta.time,
        outcome="none",
        ok=False,
        sentence=f"As recorded{suites}.",
        rows=make_rows(sides[1], sides[0], {}, enough),
        baseline=before,
        differences=tuple(differences(*(side.side(enough) for side in sides))),
        notes=tuple(note for note in (old.note, new.note, *new.shelf.notes) if note),
    )
