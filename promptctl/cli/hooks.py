"""``promptctl hook`` without the command line library, which takes longer to load than a hook may run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promptctl.cli.output import Answer, Output, problem_text
from promptctl.errors import Problem, UsageError

if TYPE_CHECKING:
    from promptctl.workflows.hooks.staged import HookResult


def fits(arguments: Sequence[str]) -> bool:
    """Whether a command line has only a hook and files, as Git and runners of hooks call it."""
    return len(arguments) > 0 and not any(word.startswith("-") for word in arguments)


def main(arguments: Sequence[str]) -> int:
    """Runs one hook on the repository around the current folder and gives the exit code."""
    from promptctl.adapters.bounded import supervised
    from promptctl.cli.boundary import exit_code, guarded

    output = Output("hook")
    kind, *files = arguments

    def answered() -> int:
        return guarded(output, lambda: exit_code(output, answer(kind, Path.cwd(), files)))

    return guarded(output, lambda: supervised(answered))


def answer(kind: str, folder: Path, files: Sequence[str]) -> Answer:
    """What a hook found. Raises UsageError for a hook that there is not."""
    from promptctl.adapters.work_tree import find_root
    from promptctl.workflows.hook import HOOKS, run_hook

    if kind not in HOOKS:
        from promptctl.core.suggestion import suggest

        hint = suggest(kind, HOOKS) or f"hooks: {', '.join(HOOKS)}"
        raise UsageError("PC001", f"there is no hook `{kind}`", hint=hint)
    folder = folder.resolve()
    result = run_hook(kind, find_root(folder), folder, files, os.environ)
    return Answer(
        data=_data(kind, result), view=lambda: _text(kind, result), ok=result.ok, note=result.note, next=result.next
    )


def _data(kind: str, result: HookResult) -> dict[str, Any]:
    findings = [finding.to_dict() for finding in result.findings]
    return {"hook": kind, "judged": result.judged, "findings": findings, "note": result.note}


def _text(kind: str, result: HookResult) -> str:
    """What refuses the commit; what only informs would be in the way of every commit."""
    failing = [finding for finding in result.findings if finding.fails]
    blocks = [problem_text(Problem(it.code, it.message, it.place, it.hint), it.level) for it in failing]
    found = f"{len(failing)} to repair" if failing else "fine"
    return "\n\n".join([*blocks, f"{kind}: {result.judged}, {found}"])
