"""``eval show``: the latest evidence of a prompt, scored again offline; nothing is asked and nothing written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from promptctl.adapters.files import decode
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.recording import parse_replies
from promptctl.core.evals.report import EvalReport
from promptctl.core.evals.rows import Answers, Enough, make_rows
from promptctl.core.files.tree import shown
from promptctl.core.prompts.canonical import short
from promptctl.core.releases.reference import parse_reference
from promptctl.errors import StateError, UsageError
from promptctl.workflows.eval import EvalResult, EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import Planned
from promptctl.workflows.eval_report import labelled, report_of, runs_of
from promptctl.workflows.eval_verify import subject_of
from promptctl.workflows.evaluation import NOTHING_RECORDED, own_model
from promptctl.workflows.evidence import Subject
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.kept_evidence import Kept, Shelf, label_of_digest, shelf_of
from promptctl.workflows.resolve import Resolved, resolve

NO_EVIDENCE, NO_FILE = "PC064", "PC150"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The evidence that a reference or a file means, among all of its prompt; ``note`` says how it fits the files.

    ``subject`` is None where its prompt or its suite is neither in the files nor in a release.
    """

    text: str
    kept: Kept
    shelf: Shelf
    subject: Subject | None
    note: str | None = None


def show_evidence(repository: Repository, text: str, folder: Path, context: GateContext) -> EvalReport:
    """The report of the evidence that a reference, or a file below ``folder``, means.

    Raises UsageError for what nothing is called, StateError without evidence or for evidence that its replies
    contradict.
    """
    chosen = choose_evidence(repository, text, folder)
    notes = (chosen.note,) if chosen.note else ()
    result = judged_again(repository, chosen, context)
    if result is None:
        found = as_recorded(repository, chosen)
    else:
        found = report_of(repository, result, context, chosen.shelf, chosen.kept.evidence.meta.time)
    return replace(found, reference=text, notes=(*notes, *found.notes))


def choose_evidence(repository: Repository, text: str, folder: Path) -> Chosen:
    """The evidence of exactly this prompt and suite; else of this prompt; without a reference also of any other state.

    Of several the one written last. Raises as ``show_evidence``.
    """
    if text.endswith(".json"):
        path, name = _evidence_file(repository, text, folder)
        shelf = shelf_of(repository, name)
        kept = next((it for it in shelf.kept if it.path == path), None)
        if kept is None:
            raise UsageError(NO_FILE, f"{path} holds no evidence", hint=f"promptctl eval verify {name}")
        return Chosen(text=text, kept=kept, shelf=shelf, subject=subject_of(repository, name, kept.evidence))
    resolved = resolve(repository, text)
    shelf = shelf_of(repository, resolved.name)
    loaded = load_suite(resolved.project, resolved.name)
    own = [it for it in shelf.kept if it.evidence.subject == resolved.digest]
    exact = [it for it in own if loaded and it.evidence.suite == loaded.digest]
    anything = list(shelf.kept) if parse_reference(text).ref == "work" else []
    found = exact or own or anything
    if not found:
        raise StateError(NO_EVIDENCE, f"there is no evidence of {text}", hint=f"promptctl eval {text}")
    kept = found[-1]
    if exact and loaded:
        subject: Subject | None = Subject(
            name=resolved.name,
            reference=text,
            released=resolved.version is not None,
            closure=resolved.closure,
            digest=resolved.digest,
            loaded=loaded,
        )
    else:
        subject = subject_of(repository, resolved.name, kept.evidence)
    return Chosen(
        text=text, kept=kept, shelf=shelf, subject=subject, note=_note(repository, resolved, kept, bool(exact))
    )


def _evidence_file(repository: Repository, text: str, folder: Path) -> tuple[str, str]:
    """The path of a file as evidence is listed, and its prompt."""
    target = (folder / text).absolute()
    path = target.relative_to(repository.root).as_posix() if target.is_relative_to(repository.root) else ""
    name, inside, _ = path.removeprefix("prompts/").partition("/evidence/")
    if not inside or not path.startswith("prompts/"):
        raise UsageError(NO_FILE, f"{text} is no evidence of this repository", hint="prompts/NAME/evidence/….json")
    return path, name


def _note(repository: Repository, resolved: Resolved, kept: Kept, exact: bool) -> str | None:
    """How the evidence differs from what was asked for."""
    if exact:
        return None
    changed = "suite" if kept.evidence.subject == resolved.digest else "prompt"
    label = label_of_digest(repository, resolved.name, kept.evidence.subject)
    what = f"{label} ({short(kept.evidence.subject)})" if changed == "prompt" else "another suite"
    return f"the {changed} is another since: this is the evidence of {what}; promptctl eval {resolved.reference}"


def judged_again(repository: Repository, chosen: Chosen, context: GateContext) -> EvalResult | None:
    """The verdict on chosen evidence by its own suite; None where prompt, suite or replies are not at hand.

    Raises StateError for evidence that its replies contradict.
    """
    subject = chosen.subject
    if subject is None:
        return None
    resolved = Resolved(
        name=subject.name,
        reference=parse_reference(subject.name),
        project=chosen.kept.project,
        read=subject.closure,
        digest=subject.digest,
    )
    # Of a partial run nothing is kept: also the baseline's side is only looked at.
    planned = Planned(resolved=resolved, subject=subject, cases=subject.loaded.suite.cases, partial=True)
    try:
        result = evaluate_suite(repository, planned, EvalWish(mode="recorded"), context)
    except StateError as error:
        if error.code != NOTHING_RECORDED:
            raise
        return None
    return replace(result, partial=False, unkept=None)


def as_recorded(repository: Repository, chosen: Chosen) -> EvalReport:
    """What evidence itself says, where it cannot be judged again: outcomes and scores, and the answers still kept."""
    evidence, name = chosen.kept.evidence, chosen.kept.name
    now = recorded_answers(chosen)
    past = labelled(repository, chosen.shelf)
    missing = "its replies are not" if chosen.subject else "its prompt or its suite is not"
    return EvalReport(
        prompt=name,
        reference=chosen.text,
        subject=evidence.subject,
        suite=evidence.suite,
        time=evidence.meta.time,
        outcome="none",
        ok=False,
        sentence=f"no verdict: {missing} here any more, so this is what was recorded.",
        rows=make_rows(now, None, {}, Enough(), past),
        runs=runs_of(past, now.model, Enough()),
        notes=chosen.shelf.notes,
    )


def recorded_answers(chosen: Chosen) -> Answers:
    """The samples of evidence as they stand there, with the replies that are recorded beside it."""
    evidence, tree = chosen.kept.evidence, chosen.kept.project.tree
    path = f"prompts/{chosen.kept.name}/replies/{short(evidence.subject)}.jsonl"
    place = shown(tree, path)
    replies = parse_replies(decode(tree.read(path), place), place) if path in tree.files() else {}
    models = evidence.models
    model = own_model(chosen.subject.closure, chosen.subject.loaded.suite) if chosen.subject else next(iter(models), "")
    return Answers(model=model, results=evidence.samples, replies=replies)
