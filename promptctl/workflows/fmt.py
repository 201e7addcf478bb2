"""``fmt``: the canonical layout of prompt files, suites and the lock; what they mean and all comments stay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptctl import schemas
from promptctl.adapters.bounded import alive
from promptctl.adapters.files import decode, parse_yaml
from promptctl.adapters.project import Project
from promptctl.adapters.repository import read_lock
from promptctl.adapters.writing import write_file
from promptctl.core.files.made_trees import ChangedTree
from promptctl.core.files.tree import shown
from promptctl.core.files.yaml_token import Token
from promptctl.core.releases import lockfile
from promptctl.errors import DocumentError, Place, Problem, UsageError

CHANGES_MEANING = "PC125"
KINDS = {"prompt.yaml": "prompt", "eval.yaml": "eval"}
"""Files of a prompt that have a canonical layout, with the schema whose order of keys they follow."""

Layout = Callable[[str, Sequence[Token], Sequence[str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """A file whose layout is not canonical: its path and its text before and after, with LF line ends.

    ``data`` are the bytes to write, with the line ends that the file has.
    """

    path: str
    before: str
    after: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FmtResult:
    """``files`` are those that change, ``looked_at`` counts all."""

    files: tuple[Formatted, ...]
    looked_at: int


def fmt(project: Project, names: Sequence[str] = (), lay_out: Layout | None = None) -> FmtResult:
    """What formatting would change; writes nothing. Without names all prompts, and the lock.

    Raises DocumentError with the problems of every file that cannot be read, UsageError for a name that no prompt has.
    """
    chosen = sorted({project.find(name) for name in names}) or list(project.names)
    paths = [f"prompts/{name}/{file}" for name in chosen for file in KINDS]
    if not names:
        paths.append(lockfile.PATH)
    return fmt_files(project, [path for path in paths if path in project.tree.files()], lay_out)


def fmt_files(project: Project, paths: Sequence[str], lay_out: Layout | None = None) -> FmtResult:
    """The same for some files of the tree. ``lay_out`` stands in for the layout in tests."""
    found: list[Formatted] = []
    problems: list[Problem] = []
    for path in paths:
        alive()
        try:
            found += _formatted(project, path, lay_out)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise DocumentError(tuple(dict.fromkeys(problems)))
    return FmtResult(files=tuple(found), looked_at=len(paths))


def write(root: Path, result: FmtResult) -> None:
    """Writes the files that change, each whole."""
    for file in result.files:
        write_file(root / file.path, file.data, file.path)


def _formatted(project: Project, path: str, lay_out: Layout | None) -> Iterator[Formatted]:
    data = project.tree.read(path)
    before = decode(data, shown(project.tree, path))
    is_lock = path == lockfile.PATH
    after = read_lock(project).to_text() if is_lock else _laid_out(project, path, data, before, lay_out)
    if after != before:
        yield Formatted(path=path, before=before, after=after, data=with_line_ends_of(data, after))


def with_line_ends_of(data: bytes, text: str) -> bytes:
    """A text as bytes, with CRLF where the file had it."""
    return text.replace("\n", "\r\n" if b"\r\n" in data else "\n").encode()


def _laid_out(project: Project, path: str, data: bytes, text: str, lay_out: Layout | None) -> str:
    from promptctl.adapters.yaml_tokens import yaml_tokens
    from promptctl.core.files.layout import layout
    from promptctl.core.files.yaml_token import comments

    place = shown(project.tree, path)
    value = parse_yaml(data, place).value
    tokens = yaml_tokens(text)
    order = list(schemas.load(KINDS[path.rpartition("/")[2]])["properties"])
    after = (lay_out or layout)(text, tokens, order)
    if after != text:
        kept = _spelled(parse_yaml(after.encode(), place).value) == _spelled(value)
        kept = kept and _texts(comments(after, yaml_tokens(after))) == _texts(comments(text, tokens))
        if not kept or not _same_digest(project, path, after):
            message = f"formatting {path} would change more than its layout, so it was left as it is"
            raise UsageError(CHANGES_MEANING, message, place=Place(place), hint="report this file as a bug")
    return after


def _spelled(value: Any) -> str:
    """A value with its types and the order of all keys but those at the top."""
    return json.dumps(dict(sorted(value.items())) if isinstance(value, dict) else value)


def _texts(found: Any) -> Counter[str]:
    return Counter(comment.text for comment in found)


def _same_digest(project: Project, path: str, after: str) -> bool:
    """Whether prompt or suite keep their digest; one that has none keeps it."""
    changed = Project(ChangedTree(project.tree, {path: after.encode()}))
    return _digest(project, path) == _digest(changed, path)


def _digest(project: Project, path: str) -> str | None:
    name, _, file = path.removeprefix("prompts/").rpartition("/")
    try:
        if file == "prompt.yaml":
            from promptctl.core.prompts.canonical import digest

            return digest(project.closure(name))
        from promptctl.adapters.suites import load_suite

        suite = load_suite(project, name)
        return suite.digest if suite else None
    except UsageError:
        return None
