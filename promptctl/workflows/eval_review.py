"""``eval review``: what people say of a prompt's kept answers. It informs, and no gate heeds it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptctl.adapters.data_sets import read_rows
from promptctl.adapters.files import decode, read_bytes
from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.writing import write_file
from promptctl.core.evals.comparison import results_of
from promptctl.core.evals.report import Outcome
from promptctl.core.evals.review import Agreement, Answered, Vote, agreement, parse_votes, score_of, spell_votes
from promptctl.core.models.request import compact_json
from promptctl.core.timestamp import timestamp
from promptctl.errors import UsageError
from promptctl.workflows.eval_report import masked_cases
from promptctl.workflows.eval_show import Chosen, choose_evidence, recorded_answers
from promptctl.workflows.gate_context import GateContext

NO_SCORES = "PC197"
COLUMNS = ("reply", "case", "inputs", "answer", "score", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One answer: ``reply`` is its digest, ``outcome`` what the suite says, ``votes`` what people say."""

    reply: str
    case: str
    outcome: Outcome
    text: str
    inputs: Mapping[str, Any]
    votes: tuple[Vote, ...]

    @property
    def about(self) -> Answered:
        return self.case, self.reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The answers of a prompt's latest evidence, as the suite orders them; ``file`` is where votes are kept."""

    name: str
    file: str
    answers: tuple[Reviewed, ...]
    agreement: Agreement


def review(repository: Repository, reference: str, folder: Path, context: GateContext) -> Review:
    """The answers and what is said of them. Raises what choosing evidence raises, DocumentError for malformed votes."""
    chosen = choose_evidence(repository, reference, folder)
    name, file = chosen.kept.name, f"prompts/{chosen.kept.name}/evidence/reviews.jsonl"
    votes = _kept(repository, file)
    answers = tuple(_answers(repository, chosen, votes, context))
    passed = {it.about: it.outcome == "pass" for it in answers if it.outcome != "error"}
    return Review(
        name=name, file=file, answers=answers, agreement=agreement([v for it in answers for v in it.votes], passed)
    )


def _kept(repository: Repository, file: str) -> tuple[Vote, ...]:
    tree = repository.work.tree
    return parse_votes(decode(tree.read(file), file), file) if file in tree.files() else ()


def _answers(repository: Repository, chosen: Chosen, votes: Sequence[Vote], context: GateContext) -> list[Reviewed]:
    side = recorded_answers(chosen)
    cases = masked_cases(repository, chosen.subject.loaded.suite, context) if chosen.subject else {}
    found: dict[Answered, Reviewed] = {}
    for result in results_of(side.results, side.model):
        reply = side.replies.get(result.replies[-1].key) if result.replies else None
        if reply is not None:
            digest = result.replies[-1].digest
            found[result.case, digest] = Reviewed(
                reply=digest,
                case=result.case,
                outcome=result.outcome,
                text=reply.text,
                inputs=cases[result.case].inputs if result.case in cases else {},
                votes=tuple(vote for vote in votes if vote.about == (result.case, digest)),
            )
    return list(found.values())


def unjudged(repository: Repository, found: Review) -> tuple[Reviewed, ...]:
    """The answers that whoever Git says is here has not voted on. Raises StateError when Git knows nobody."""
    by = committer(repository.git).person
    return tuple(it for it in found.answers if all(vote.by != by for vote in it.votes))


def add_votes(
    repository: Repository, found: Review, scores: Mapping[Answered, tuple[float, str]], context: GateContext
) -> int:
    """Keeps the scores and notes of answers as votes of whoever Git says is here; how many.

    Raises StateError when Git knows nobody, OutsideError when the file cannot be written.
    """
    if not scores:
        return 0
    by, at = committer(repository.git).person, timestamp(context.now)
    new = [
        Vote(reply=reply, case=case, by=by, at=at, score=score, note=note)
        for (case, reply), (score, note) in scores.items()
    ]
    text = spell_votes([*_kept(repository, found.file), *new])
    write_file(repository.root / found.file, text.encode(), found.file)
    return len(new)


def read_scores(path: Path, shown: str, found: Review) -> dict[Answered, tuple[float, str]]:
    """The scores of a .csv or .jsonl file; rows without a score are skipped.

    Raises UsageError with the line of a score that is none, or of an answer that is not among those.
    """
    # A case is called as it was exported, or by its own name.
    known = {(_inert(it.case), it.reply): it.about for it in found.answers}
    known |= {it.about: it.about for it in found.answers}
    scores: dict[Answered, tuple[float, str]] = {}
    for row in read_rows(decode(read_bytes(path, shown), shown), shown, {}):
        written = "" if row.values.get("score") is None else str(row.values["score"]).strip()
        if not written:
            continue
        score = score_of(written)
        about = known.get((str(row.values.get("case", "")), str(row.values.get("reply", ""))))
        if score is None or about is None:
            fault = (
                f"`{written[:40]}` is no score: pass, fail, or 0 to 1"
                if score is None
                else "no answer of this evidence"
            )
            hint = f"promptctl eval review {found.name} --export FILE"
            raise UsageError(NO_SCORES, fault, place=row.place, hint=hint)
        scores[about] = (score, str(row.values.get("note") or ""))
    return scores


def exported(found: Review, *, as_csv: bool) -> bytes:
    """The answers as a file for people: a row each, with empty columns for score and note."""
    rows = [
        {"reply": it.reply, "case": it.case, "inputs": compact_json(dict(it.inputs)), "answer": it.text}
        for it in found.answers
    ]
    if not as_csv:
        return "".join(f"{compact_json(row | {'score': None, 'note': ''})}\n" for row in rows).encode()
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _inert(text) for name, text in row.items()} for row in rows)
    return out.getvalue().encode()


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
