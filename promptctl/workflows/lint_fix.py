"""``lint --fix``: repairs what can be repaired without changing what a prompt means, then lints what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.files import decode, parse_yaml
from promptctl.adapters.project import Project
from promptctl.adapters.writing import write_file
from promptctl.core.files.made_trees import ChangedTree
from promptctl.core.files.yaml_edit import without_item
from promptctl.core.lint.fixes import superfluous_items, without_ignore
from promptctl.core.lint.ignore import Ignore
from promptctl.core.lint.selection import CODES, Selection
from promptctl.errors import UsageError
from promptctl.workflows.fmt import with_line_ends_of
from promptctl.workflows.lint import LintResult, lint

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFix:
    """``fixes`` are paths with what was done there, ``changes`` the new bytes, ``left`` what lint says of them."""

    fixes: tuple[tuple[str, str], ...]
    changes: Mapping[str, bytes]
    left: LintResult


def lint_fix(project: Project, names: Sequence[str] = (), selection: Selection | None = None) -> LintFix:
    """What can be repaired; writes nothing. Raises UsageError as ``lint`` does."""
    changes: dict[str, bytes] = {}
    fixes: list[tuple[str, str]] = []
    chosen = sorted({project.find(name) for name in names}) or list(project.names)
    for path in _paths(project, chosen, everything=not names):
        data, said = _repaired(project, path)
        if said:
            changes[path] = data
            fixes += [(path, what) for what in said]
    left = lint(_changed(project, changes), names, selection)
    found = [(ignore, codes) for ignore, codes in left.unused if not ignore.jinja and set(codes) & set(CODES)]
    if found:
        for path, data, what in _without_ignores(_changed(project, changes), found):
            changes[path] = data
            fixes.append((path, what))
        left = lint(_changed(project, changes), names, selection)
    return LintFix(fixes=tuple(fixes), changes=changes, left=left)


def write(root: Path, result: LintFix) -> None:
    """Writes the repaired files, each whole."""
    for path, data in result.changes.items():
        write_file(root / path, data, path)


def _changed(project: Project, changes: Mapping[str, bytes]) -> Project:
    return Project(ChangedTree(project.tree, changes)) if changes else project


def _paths(project: Project, names: Sequence[str], *, everything: bool) -> Iterator[str]:
    """Files that lint reads as text: those of the prompts, and every partial."""
    files = project.tree.files()
    for name in names:
        yield from (path for file in ("prompt.yaml", "eval.yaml") if (path := f"prompts/{name}/{file}") in files)
    if everything:
        yield from (path for path in files if path.startswith("prompts/") and path.endswith(".j2"))


def _repaired(project: Project, path: str) -> tuple[bytes, list[str]]:
    """A file's bytes with all repairs, and what they were."""
    try:
        data = project.tree.read(path)
    except UsageError:
        return b"", []
    said = []
    if data.startswith(BYTE_ORDER_MARK):
        data = data.removeprefix(BYTE_ORDER_MARK)
        said.append("took out the byte order mark")
    if path.endswith("/prompt.yaml"):
        data, more = _without_superfluous(project, path, data)
        said += more
    return data, said


def _without_superfluous(project: Project, path: str, data: bytes) -> tuple[bytes, list[str]]:
    """Takes out list items one by one; what would change anything else stays."""
    from promptctl.adapters.yaml_tokens import yaml_tokens

    said: list[str] = []
    try:
        value = parse_yaml(data, path).value
        for key, index, what in superfluous_items(value, project.names):
            text = decode(data, path)
            shorter = without_item(text, yaml_tokens(text), key, index)
            expected = value | {key: [item for place, item in enumerate(value[key]) if place != index]}
            if shorter is not None and parse_yaml(shorter.encode(), path).value == expected:
                data, value = with_line_ends_of(data, shorter), expected
                said.append(what)
    except UsageError:
        return data, said
    return data, said


def _without_ignores(
    project: Project, unused: Sequence[tuple[Ignore, tuple[str, ...]]]
) -> Iterator[tuple[str, bytes, str]]:
    """Each file whose comments ignore nothing: the path, its new bytes and what was done; from the last line up."""
    texts: dict[str, str] = {}
    for ignore, codes in sorted(unused, key=lambda entry: -(entry[0].place.line or 0)):
        path = ignore.place.file
        before = texts.get(path) or decode(project.tree.read(path), path)
        after = without_ignore(before, ignore, codes)
        value = parse_yaml(before.encode(), path).value
        if parse_yaml(after.encode(), path).value == value:
            texts[path] = after
            gone = ", ".join(code for code in codes if code in CODES)
            yield path, with_line_ends_of(project.tree.read(path), after), f"took out the ignore of {gone}"
