"""``promptctl eval review``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.evaluating import gate_context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.tables import table
from promptctl.core.counting import count
from promptctl.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from promptctl.core.evals.review import Answered
    from promptctl.workflows.eval_review import Review, Reviewed


def command(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME[@REF]", help="A prompt with kept evidence.")],
    scores: Annotated[
        str | None, Option("--scores", metavar="FILE", help="Keep the scores of a .csv or .jsonl file as your votes.")
    ] = None,
    export: Annotated[
        str | None, Option("--export", metavar="FILE", help="Write the answers to a .csv or .jsonl file for reviewers.")
    ] = None,
) -> Answer:
    """Show what people say of a prompt's kept answers, and keep what you say: on a terminal one answer after the other
    that you have not judged yet, else from a file. Votes inform; no gate heeds them."""
    from promptctl.adapters.repository import Repository
    from promptctl.adapters.writing import write_file
    from promptctl.workflows import eval_review

    if scores and export:
        raise UsageError("PC001", "--scores and --export are two steps")
    for file in (scores, export):
        if file and not file.endswith((".csv", ".jsonl")):
            raise UsageError("PC001", f"{file} is neither a .csv nor a .jsonl file", hint="--export answers.csv")
    with gate_context(context) as gate:
        found = eval_review.review(context.repository, name, context.directory, gate)
        given: dict[Answered, tuple[float, str]] = {}
        if export:
            write_file(context.directory / export, eval_review.exported(found, as_csv=export.endswith(".csv")), export)
        elif scores:
            given = eval_review.read_scores(context.directory / scores, scores, found)
        elif sys.stdin.isatty() and sys.stdout.isatty() and not context.output.as_json:
            try:
                ask(eval_review.unjudged(context.repository, found), given, context.output.say, sys.stdin.readline)
            except KeyboardInterrupt:
                kept = eval_review.add_votes(context.repository, found, given, gate)
                raise Interrupted(f"interrupted, {count(kept, 'vote')} kept") from None
        kept = eval_review.add_votes(context.repository, found, given, gate)
        if kept:
            found = eval_review.review(Repository(context.repository.root), name, context.directory, gate)
    return Answer(
        data=_data(found, kept), view=lambda: _text(found, kept, export), next=_next(found, name, export, kept)
    )


def _next(found: Review, name: str, export: str | None, kept: int) -> str | None:
    """How answers that nobody has judged yet get judged."""
    if export:
        return f"fill in the scores, then promptctl eval review {name} --scores {export}"
    left = not kept and not all(it.votes for it in found.answers)
    return f"promptctl eval review {name} on a terminal, or with --export answers.csv" if left else None


def ask(
    answers: tuple[Reviewed, ...],
    given: dict[Answered, tuple[float, str]],
    say: Callable[[str], None],
    read: Callable[[], str],
) -> None:
    """Puts into ``given`` what somebody at a terminal says of one answer after the other, until it is enough."""
    from promptctl.core.evals.review import score_of

    for number, answer in enumerate(answers, 1):
        inputs = "".join(
            f"  {key}: " + str(value).replace("\n", "\n    ") + "\n" for key, value in answer.inputs.items()
        )
        say(f"\n{number} of {len(answers)}  {answer.case}\n{inputs}\n{answer.text}\n")
        while True:
            say("[p]ass, [f]ail, a number from 0 to 1, [s]kip or [q]uit, and a note if you like:")
            line = read()
            word, _, note = line.strip().partition(" ")
            if not line or word in ("q", "quit"):
                return
            if word in ("s", "skip"):
                break
            if (score := score_of(word)) is not None:
                given[answer.about] = (score, note.strip())
                break
            say(f"`{word}` is no vote")


def _data(found: Review, kept: int) -> dict[str, Any]:
    agreed = found.agreement
    return {
        "prompt": found.name,
        "file": found.file,
        "kept": kept,
        "answers": [
            {
                "reply": it.reply,
                "case": it.case,
                "outcome": it.outcome,
                "votes": [{"by": v.by, "at": v.at, "score": v.score, "note": v.note} for v in it.votes],
            }
            for it in found.answers
        ],
        "agreement": {
            "pairs": agreed.pairs,
            "same": agreed.same,
            "judged": agreed.judged,
            "with_suite": agreed.with_suite,
        },
    }


def _text(found: Review, kept: int, export: str | None) -> str:
    rows = [(it.case, it.outcome, f"{v.score:g}", v.by, v.note) for it in found.answers for v in it.votes]
    lines = [table(("case", "suite", "score", "by", "note"), rows)] if rows else []
    agreed = found.agreement
    if agreed.pairs:
        lines.append(f"people agree with each other in {agreed.same} of {count(agreed.pairs, 'pair')} of votes")
    if agreed.judged:
        lines.append(f"people agree with the suite on {agreed.with_suite} of {count(agreed.judged, 'answer')}")
    voted = sum(bool(it.votes) for it in found.answers)
    lines.append(f"{voted} of {count(len(found.answers), 'answer')} judged by people")
    lines += [f"wrote {found.file}: {count(kept, 'vote')}"] if kept else []
    return "\n".join([*lines, *([f"wrote {export}"] if export else [])])
