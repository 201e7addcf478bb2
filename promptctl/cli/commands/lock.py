"""``promptctl lock``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.findings import findings_text
from promptctl.cli.options import NamesArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.lock import LockChange, LockResult
    from promptctl.workflows.lock_check import LockCheck


class Step(StrEnum):
    """A step of a version."""

    patch = "patch"
    minor = "minor"
    major = "major"


def command(
    context: Context,
    names: NamesArgument = None,
    check: Annotated[bool, Option("--check", help="Judge the lock, write nothing.")] = False,
    bump: Annotated[Step | None, Option("--bump", help="Take this step, whatever changed.")] = None,
    candidate: Annotated[bool, Option("--candidate", help="Propose a release candidate, -rc.N.")] = False,
    allow_breaking: Annotated[
        bool, Option("--allow-breaking", help="Accept less than a major step for a breaking change.")
    ] = False,
) -> Answer:
    """Write the lock: version and digest of every prompt, and the releases this branch proposes."""
    context.repository.expect_files()
    if check:
        from promptctl.workflows.lock_check import check_lock

        if names or bump or candidate or allow_breaking:
            raise UsageError("PC001", "--check judges the whole lock and takes no names or steps")
        return _checked(check_lock(context.repository))
    from promptctl.core.releases.proposal import Wish
    from promptctl.workflows.lock import lock

    wish = Wish(step=bump.value if bump else None, candidate=candidate, allow_breaking=allow_breaking)
    return _written(lock(context.repository, names or (), wish))


def _checked(result: LockCheck) -> Answer:
    data = {
        "findings": [finding.to_dict() for finding in result.findings],
        "prompts": result.prompts,
        "note": result.note,
    }
    good = f"the lock holds for {count(result.prompts, 'prompt')}"
    return Answer(
        data=data,
        view=lambda: findings_text(result.findings) or good,
        ok=result.ok,
        note=result.note,
        next=None if result.ok else "promptctl lock",
    )


def _written(result: LockResult) -> Answer:
    data = {
        "written": result.written,
        "base": result.base,
        "prompts": result.prompts,
        "changes": [
            {
                "prompt": change.name,
                "from": str(change.before) if change.before else None,
                "to": str(change.after) if change.after else None,
                "class": change.change,
                "reasons": list(change.reasons),
            }
            for change in result.changes
        ],
    }
    following = "git add prompts && git commit, then promptctl release" if result.written else None
    return Answer(data=data, view=lambda: _text(result), next=following)


def _text(result: LockResult) -> str:
    state = "written" if result.written else "unchanged"
    head = f"prompts/prompts.lock {state}: {count(result.prompts, 'prompt')}, {count(len(result.changes), 'proposal')}"
    return "\n".join([head, *(_change(change) for change in result.changes)])


def _change(change: LockChange) -> str:
    if change.after is None:
        return f"  {change.name} {change.before} -> dropped"
    before = f"{change.before} -> " if change.before else ""
    kind = f" ({change.change})" if change.before else " (first)"
    head = f"  {change.name} {before}{change.after}{kind}"
    if change.before == change.after:
        head = f"  {change.name} stays {change.after}"
    reasons = [f"      {reason}" for reason in change.reasons[:5]]
    more = len(change.reasons) - len(reasons)
    return "\n".join([head, *reasons, *([f"      and {more} more"] if more else [])])
