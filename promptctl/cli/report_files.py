"""``--report junit=FILE,markdown=FILE``: files that a command writes for others beside its answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from promptctl.adapters.writing import write_file
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

NO_REPORT = "PC152"
Shown = TypeVar("Shown")


def report_files(wishes: Sequence[str], folder: Path, kinds: Collection[str]) -> Mapping[Path, str]:
    """The kind of each file that is wished for. Raises UsageError before anything is run."""
    found: dict[Path, str] = {}
    for wish in ",".join(wishes).split(",") if wishes else ():
        kind, equals, name = wish.partition("=")
        if kind not in kinds:
            raise UsageError(NO_REPORT, f"there is no report `{kind}`", hint=suggest(kind, kinds) or ", ".join(kinds))
        if not equals or not name:
            raise UsageError(NO_REPORT, f"the report {kind} has no file", hint=f"--report {kind}=FILE")
        path = folder / name
        fault = _fault(path, folder, found)
        if fault:
            raise UsageError(NO_REPORT, f"{name} {fault}", hint=f"--report {kind}=ANOTHER")
        found[path] = kind
    return found


def _fault(path: Path, folder: Path, found: Collection[Path]) -> str | None:
    """Why no report is written to a path, or None. What is checked out must not lead it out of the checkout."""
    if path in found or path.is_dir():
        return "is a folder" if path.is_dir() else "is named twice"
    top = next((it for it in (folder, *folder.parents) if (it / ".git").exists()), folder)
    inside = (it for it in path.parents if it != top and it.is_relative_to(top))
    return "is behind a symbolic link of the work tree" if any(it.is_symlink() for it in inside) else None


def write_reports(files: Mapping[Path, str], writers: Mapping[str, Callable[[Shown], bytes]], shown: Shown) -> None:
    """Writes each file whole, by the writer of its kind. Raises OutsideError when the disk refuses."""
    for path, kind in files.items():
        write_file(path, writers[kind](shown))
