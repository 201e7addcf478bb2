"""``promptctl merge-driver BASE OURS THEIRS PATH``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument

if TYPE_CHECKING:
    from promptctl.workflows.merge_driver import Driven


def command(
    context: Context,
    base: Annotated[Path, Argument(metavar="BASE", help="The file as both sides had it (git: %O).")],
    ours: Annotated[Path, Argument(metavar="OURS", help="Ours; the merged file is written here (git: %A).")],
    theirs: Annotated[Path, Argument(metavar="THEIRS", help="Theirs (git: %B).")],
    path: Annotated[str, Argument(metavar="PATH", help="What the file is called (git: %P).")],
) -> Answer:
    """Merge the lock prompt by prompt, and never a pointer, for Git; exit 1 leaves the file in conflict."""
    from promptctl.workflows.merge_driver import drive_merge

    folder = context.directory
    driven = drive_merge(folder / base, folder / ours, folder / theirs, path)
    data = {"path": driven.path, "conflicts": list(driven.conflicts)}
    return Answer(data=data, view=lambda: _text(driven), ok=driven.ok)


def _text(driven: Driven) -> str:
    if driven.ok:
        return f"{driven.path}: merged prompt by prompt"
    if driven.is_lock:
        names = ", ".join(driven.conflicts)
        return f"{driven.path}: both sides changed {names}: settle the prompts' files, then promptctl lock"
    pointer = driven.path.removesuffix(".moves.jsonl").removesuffix(".yaml")
    both = " ".join(shlex.quote(pointer + ending) for ending in (".yaml", ".moves.jsonl"))
    return (
        f"{driven.path}: both sides moved it; take the pointer and its moves from one side:"
        f" git checkout --theirs {both} && git add {both}, then promptctl drift"
    )
