"""``promptctl promote``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.answers.promote import data
from promptctl.cli.context import Context, in_ci
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import BranchOption, NoPushOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.sent import joined_notes, next_step, published_text
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.settings import Settings
    from promptctl.workflows.promote import PromoteResult


def command(
    context: Context,
    targets: Annotated[list[str], Argument(metavar="NAME[@VERSION]… ENV", help="Prompts, then the environment.")],
    reason: Annotated[str | None, Option("--reason", help="Why, for the record.")] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the plan only.")] = False,
    accept_suite_change: Annotated[
        str | None,
        Option("--accept-suite-change", metavar="REASON", help="Let a weaker suite pass, for a reason."),
    ] = None,
    no_baseline: Annotated[bool, Option("--no-baseline", help="Judge without the baseline, for the --reason.")] = False,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Point an environment at released versions, once its gate and rules say yes."""
    from promptctl.workflows.gate import GateWish
    from promptctl.workflows.promote import Promotion, promote

    *references, environment = targets
    if not references:
        raise UsageError("PC001", "name a prompt and an environment", hint="promptctl promote NAME ENV")
    if no_baseline and not reason:
        raise UsageError("PC001", "--no-baseline needs a --reason")
    wish = GateWish(accept_suite_change=accept_suite_change, no_baseline=reason if no_baseline else None)
    if dry_run:
        from promptctl.cli.commands.plan import planned

        return planned(context, [*references, environment], wish)
    context.output.progress(f"promoting to {environment} …")
    promotion = Promotion(
        environment=environment,
        references=tuple(references),
        reason=reason,
        in_ci=in_ci(),
        sending=sending(no_push, branch),
        wish=wish,
    )
    with gate_context(context) as gate:
        return _answer(promote(context.repository, promotion, gate), references, context.repository.settings)


def _answer(result: PromoteResult, references: list[str], settings: Settings) -> Answer:
    names = [reference.partition("@")[0] for reference in references]
    later = next((env.name for env in settings.environments.values() if env.after == result.environment), None)
    following = f"promptctl promote {' '.join(names)} {later}" if later else "promptctl status"
    following = f"promptctl eval {names[0]}" if result.refused else following
    note = joined_notes(result.published.note if result.published else None, result.note)
    return Answer(
        data=lambda: data(result),
        view=lambda: _text(result),
        ok=result.ok,
        note=note,
        next=next_step(result.published, following),
    )


def _text(result: PromoteResult) -> str:
    lines = [f"{name}: refused by the gate of {result.environment}: {gate.sentence}" for name, gate in result.refused]
    for move in result.moved:
        before = str(move.before.version) if move.before else "nothing"
        downgrade = "  DOWNGRADE" if move.direction == "DOWNGRADE" else ""
        lines.append(f"{move.name} in {result.environment}: {before} -> {move.after.version}{downgrade}")
        said = move.gate.sentence if move.gate else "none in this environment"
        notes = move.gate.notes if move.gate else ()
        lines += [f"  gate: {said}", *(f"  note: {note}" for note in notes if note not in said)]
    lines += [f"{move.name} in {result.environment}: {move.after.version} already" for move in result.already]
    if result.published:
        lines.append(published_text(result.published))
    elif result.refused:
        lines.append("nothing was changed")
    return "\n".join(lines)
