"""``eval compare``: two kept pieces of evidence side by side, over the cases of both; nothing is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.core.evals.packed import those
from promptctl.core.evals.report import EvalReport
from promptctl.core.evals.rows import Answers, Enough, differences, make_rows, paired_check
from promptctl.core.prompts.contract import accepts
from promptctl.errors import StateError
from promptctl.workflows.eval_report import enough_of, labelled, masked_cases, runs_of
from promptctl.workflows.eval_show import Chosen, choose_evidence, judged_again, recorded_answers
from promptctl.workflows.evaluation import own_model
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.gather import gather
from promptctl.workflows.kept_evidence import offline

OTHER_SUITE = "PC151"


def compare_evidence(repository: Repository, before: str, now: str, folder: Path, context: GateContext) -> EvalReport:
    """What ``now`` changed against ``before``: references, or files of evidence below ``folder``.

    Where they were judged by different suites, the kept answers of ``before`` are scored by the suite of ``now``.
    Raises UsageError for what nothing is called, StateError without evidence, or where that cannot be done.
    """
    old, new = choose_evidence(repository, before, folder), choose_evidence(repository, now, folder)
    enough = enough_of(new.subject.loaded.suite) if new.subject else Enough()
    sides = _old(repository, old, new, context), _answers(repository, new, context)
    old_side, new_side = (side.side(enough) for side in sides)
    check = paired_check(old_side, new_side, before)
    past = labelled(repository, new.shelf)
    cases = masked_cases(repository, new.subject.loaded.suite, context) if new.subject else {}
    rows = make_rows(sides[1], sides[0], cases, enough, past)
    return EvalReport(
        prompt=new.kept.name,
        reference=now,
        subject=new.kept.evidence.subject,
        suite=new.kept.evidence.suite,
        time=new.kept.evidence.meta.time,
        outcome=check.outcome,
        ok=check.outcome == "pass",
        sentence=f"{check.outcome}: {check.reason}.",
        rows=tuple(row for row in rows if row.gates),
        checks=(check,),
        baseline=before,
        differences=tuple(differences(old_side, new_side)),
        runs=runs_of(past, sides[1].model, enough),
        notes=tuple(note for note in (old.note, new.note, *new.shelf.notes) if note),
    )


def _answers(repository: Repository, chosen: Chosen, context: GateContext) -> Answers:
    result = judged_again(repository, chosen, context)
    return result.now if result else recorded_answers(chosen)


def _old(repository: Repository, old: Chosen, new: Chosen, context: GateContext) -> Answers:
    """The answers of ``old``, under the suite of ``new``."""
    if old.kept.evidence.suite == new.kept.evidence.suite:
        return _answers(repository, old, context)
    if old.subject is None or new.subject is None:
        message = f"{old.text} and {new.text} were judged by different suites, and these are not here any more"
        raise StateError(OTHER_SUITE, message, hint=f"promptctl eval {new.text} --against REF")
    subject = replace(old.subject, loaded=new.subject.loaded)
    cases = those(subject.loaded.suite.cases, lambda case: accepts(subject.closure, case.inputs))
    model = own_model(subject.closure, subject.loaded.suite)
    found = gather(subject, offline(repository, old.kept.project, context), cases, [model])
    return Answers(model=model, results=found.results, replies=found.replies, reasons=found.reasons)
