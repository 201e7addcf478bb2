"""``promptctl fmt [NAME…]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.options import NamesArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.fmt import FmtResult


def command(
    context: Context,
    names: NamesArgument = None,
    check: Annotated[bool, Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    diff: Annotated[bool, Option("--diff", help="Write nothing; show what would change.")] = False,
) -> Answer:
    """Write prompt files, suites and the lock in their canonical layout; what they mean and all comments stay."""
    from promptctl.workflows.fmt import fmt as run
    from promptctl.workflows.fmt import write

    result = run(context.repository.work, names or ())
    dry = check or diff
    if not dry:
        write(context.repository.root, result)
    said = summary(result, dry=dry)
    return Answer(
        data=data(result, written=not dry),
        view=lambda: patch(result) if diff else said,
        exact=diff,
        ok=not (check and result.files),
        note=said if diff else None,
        next="promptctl fmt" if dry and result.files else None,
    )


def data(result: FmtResult, *, written: bool) -> dict[str, Any]:
    return {"files": [file.path for file in result.files], "looked_at": result.looked_at, "written": written}


def summary(result: FmtResult, *, dry: bool) -> str:
    """Each file that changes, then how many were right already."""
    lines = [f"{file.path} would change" if dry else f"formatted {file.path}" for file in result.files]
    right = result.looked_at - len(result.files)
    return "\n".join([*lines, f"{right} of {count(result.looked_at, 'file')} right already"])


def patch(result: FmtResult) -> str:
    """A patch of every file that changes, as ``git apply`` takes it."""
    from difflib import unified_diff

    lines: list[str] = []
    for file in result.files:
        both = (_lines(file.before), _lines(file.after))
        lines += unified_diff(*both, f"a/{file.path}", f"b/{file.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]
