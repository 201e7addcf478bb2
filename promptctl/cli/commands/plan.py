"""``promptctl plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.answers.plan import data
from promptctl.cli.context import Context, in_ci
from promptctl.cli.evaluating import gate_context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.gate import GateWish
    from promptctl.workflows.plan import PlanResult, PlanRow


def command(
    context: Context,
    targets: Annotated[list[str], Argument(metavar="[NAME[@VERSION]]… ENV", help="Prompts, then the environment.")],
    new: Annotated[bool, Option("--new", help="Only versions above all that the environment ever served.")] = False,
    name_only: Annotated[bool, Option("--name-only", help="Print each as NAME@VERSION, and judge nothing.")] = False,
) -> Answer:
    """Show what a promotion would change and what stands against it; without names, every one that is due."""
    from promptctl.workflows.gate import GateWish

    if (new or name_only) and len(targets) > 1:
        raise UsageError(
            "PC001", "--new and --name-only are for a plan without names", hint=f"promptctl plan {targets[-1]}"
        )
    if name_only:
        return _names(context, targets[0], new=new)
    return planned(context, targets, GateWish(), new=new)


def _names(context: Context, environment: str, *, new: bool) -> Answer:
    from promptctl.workflows.plan import due

    found = due(context.repository, environment, new=new)
    names = {"environment": environment, "read": found.read, "due": list(found.names)}
    return Answer(data=names, view=lambda: "\n".join(found.names) or None, note=context.repository.policy_note)


def planned(context: Context, targets: list[str], wish: GateWish, *, new: bool = False) -> Answer:
    """The plan as an answer; ``promote --dry-run`` prints just that."""
    from promptctl.workflows.plan import plan

    *references, environment = targets
    with gate_context(context) as gate:
        result = plan(context.repository, references, environment, wish, gate, in_ci=in_ci(), new=new)
    due = [row.move.release.name for row in result.rows if row.move.direction != "same"]
    following = f"promptctl promote {' '.join(references or due)} {environment}" if due and result.ok else None
    return Answer(data=data(result), view=lambda: _text(result, new), ok=result.ok, note=result.note, next=following)


def _text(result: PlanResult, new: bool) -> str:
    if not result.rows:
        return f"nothing is {'new' if new else 'due'} for {result.environment} (read {result.read})"
    lines = [line for row in result.rows for line in _row_lines(row)]
    return "\n".join([*lines, f"read {result.read}; nothing was changed"])


def _row_lines(row: PlanRow) -> list[str]:
    move = row.move
    before = str(move.live.served.version) if move.live else "nothing"
    if move.direction == "same":
        return [f"{move.release.name}: {before} is served already"]
    lines = [f"{move.release.name}: {before} -> {move.release.version}  {move.direction}"]
    lines += [f"  {line}" for line in _diff_lines(row)]
    lines.append(f"  gate: {row.gate.sentence if row.gate else 'none in this environment'}")
    lines += [f"  fails once it is served: {finding.place}: {finding.message}" for finding in row.calls]
    if row.approvals.counted.agreed:
        lines.append(f"  approved by {', '.join(row.approvals.counted.agreed)}")
    for problem in row.refusals:
        lines.append(f"  refused[{problem.code}]: {problem.message}")
        lines += [f"    hint: {problem.hint}"] if problem.hint else []
    return lines


def _diff_lines(row: PlanRow) -> list[str]:
    from promptctl.reports.diff_text import diff_lines

    if row.diff is None or row.move.live is None:
        return []
    name = row.move.release.name
    lines = diff_lines(f"{name}@{row.move.live.served.version}", f"{name}@{row.move.release.version}", row.diff)
    return ["".join(segment.text for segment in line) for line in lines]
