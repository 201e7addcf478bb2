"""``promptctl bisect``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.eval_options import Mode
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import PromptArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.bisect import BisectResult, Step, Suspect


def command(
    context: Context,
    name: PromptArgument,
    case: Annotated[
        str | None, Option("--case", metavar="GLOB", help="Cases of its suite that pass or fail.", show_default=False)
    ] = None,
    check: Annotated[
        str | None,
        Option("--check", metavar="COMMAND", help="Exit 0: good, 125: skip, else bad.", show_default=False),
    ] = None,
    good: Annotated[
        str | None,
        Option("--good", metavar="REF", help="A version that passes. Default: the first.", show_default=False),
    ] = None,
    bad: Annotated[
        str | None, Option("--bad", metavar="REF", help="A version that fails. Default: the last.", show_default=False)
    ] = None,
    replies: Annotated[
        Mode, Option("--replies", help="Recorded, then cached, then asked for; or only one.")
    ] = Mode.auto,
) -> Answer:
    """Find the first released version at which a case fails, or a command says no, by binary search. Versions that
    cannot be judged are skipped. A command finds the version in PROMPTCTL_PROMPT (NAME@VERSION)."""
    from promptctl.workflows.bisect import bisect, by_cases, by_command

    if (case is None) == (check is None):
        raise UsageError("PC001", "bisect takes --case or --check, one of them", hint="--case 'refund*'")
    with gate_context(context) as gate:
        judge = (
            by_cases(context.repository, name, case, replies.value, gate)
            if case is not None
            else by_command(context.repository, _words(check or ""))
        )
        found = bisect(context.repository, name, good, bad, judge, lambda step: context.output.say(_line(step)))
    following = f"promptctl diff {name}@{found.good} {name}@{found.suspects[0].label}"
    return Answer(data=_data(found), view=lambda: _text(found), ok=found.ok, next=following)


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("PC001", f"--check: {str(error).lower()}") from None
    if not words:
        raise UsageError("PC001", "--check has no command")
    return words


def _line(step: Step) -> str:
    asked = f", {step.asked} asked for" if step.asked else ""
    reason = f"  {' '.join(step.reason.split())[:120]}" if step.reason else ""
    return f"{step.label}: {step.outcome}{asked}{reason}"


def _data(found: BisectResult) -> dict[str, Any]:
    return {
        "prompt": found.name,
        "good": found.good,
        "suspects": [
            {"version": it.label, "commit": it.commit, "author": it.author, "subject": it.subject}
            for it in found.suspects
        ],
        "steps": [
            {"version": step.label, "outcome": step.outcome, "reason": step.reason, "asked": step.asked}
            for step in found.steps
        ],
    }


def _text(found: BisectResult) -> str:
    if found.ok:
        return "\n".join([f"first bad: {found.name}@{found.suspects[0].label}", *_who(found.suspects[0])])
    head = "the first bad version is one of these; all but the last could not be judged:"
    return "\n".join([head, *(line for it in found.suspects for line in (it.label, *_who(it)))])


def _who(suspect: Suspect) -> list[str]:
    return [f"  {suspect.commit}", f"  {suspect.author}", f"  {suspect.subject}"] if suspect.commit else []
