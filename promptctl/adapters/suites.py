"""Reads a prompt's suite: ``eval.yaml``, its data sets, and the source of the functions it calls."""

from __future__ import annotations

import csv
import hashlib
import io
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.files import decode
from promptctl.adapters.project import Project
from promptctl.core.document import Document
from promptctl.core.recording import strict_json
from promptctl.core.suite import Suite, dataset_names, parse_suite, suite_digest
from promptctl.core.tree import shown
from promptctl.errors import DocumentError, Place, Problem

DATA_SET, FUNCTION = "PC047", "PC048"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSuite:
    """A suite with its digest and the source of every module its ``python`` expectations name."""

    suite: Suite
    digest: str
    sources: Mapping[str, Document]

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Loads the functions: runs the repository's own code, as its tests would. Raises DocumentError."""
        modules = {name: _module(name, source) for name, source in self.sources.items()}
        found: dict[str, Callable[..., Any]] = {}
        for name in self.suite.functions:
            module, _, attribute = name.partition(":")
            function = getattr(modules[module], attribute, None)
            if not callable(function):
                raise self.sources[module].error(FUNCTION, f"{module} has no function `{attribute}`")
            found[name] = function
        return found


def load_suite(project: Project, name: str) -> LoadedSuite | None:
    """The suite of a prompt, or None when it has none. Raises DocumentError with the place of what is wrong."""
    document = project.document(f"prompts/{name}/eval.yaml")
    if document is None:
        return None
    rows = {file: _rows(project, document, f"prompts/{name}/{file}") for file in dataset_names(document)}
    suite = parse_suite(document, rows, frozenset(project.prompt(name).inputs))
    modules = {function.partition(":")[0] for function in suite.functions}
    sources = {module: _source(project, document, name, module) for module in sorted(modules)}
    digests = {module: hashlib.sha256(source.text.encode()).hexdigest() for module, source in sources.items()}
    return LoadedSuite(suite=suite, digest=suite_digest(suite, digests), sources=sources)


def _rows(project: Project, suite: Document, path: str) -> tuple[Mapping[str, Any], ...]:
    if path not in project.tree.files():
        raise suite.error(DATA_SET, f"there is no data set {path}", ("cases",))
    text = decode(project.tree.read(path), shown(project.tree, path))
    return _csv_rows(text, path) if path.endswith(".csv") else _json_rows(text, path)


def _json_rows(text: str, path: str) -> tuple[Mapping[str, Any], ...]:
    rows: list[Mapping[str, Any]] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = strict_json(line)
            if not isinstance(row, dict):
                raise ValueError("a line must be a JSON object")
            rows.append(row)
        except ValueError as error:
            problems.append(Problem(DATA_SET, str(error), Place(path, number, excerpt=line[:120])))
    if problems:
        raise DocumentError(tuple(problems))
    return tuple(rows)


def _csv_rows(text: str, path: str) -> tuple[Mapping[str, Any], ...]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        lines = [(reader.line_num, line) for line in reader if line]
    except csv.Error as error:
        raise DocumentError((Problem(DATA_SET, f"not valid CSV: {error}", Place(path, reader.line_num)),)) from None
    if not lines:
        return ()
    header = lines[0][1]
    twice = next((column for column in header if header.count(column) > 1), None)
    if twice is not None:
        raise DocumentError((Problem(DATA_SET, f"the column {twice!r} stands twice", Place(path, 1)),))
    wrong = [number for number, line in lines[1:] if len(line) != len(header)]
    if wrong:
        message = f"the line does not have {len(header)} columns"
        raise DocumentError(tuple(Problem(DATA_SET, message, Place(path, number)) for number in wrong[:20]))
    return tuple(dict(zip(header, line, strict=True)) for _, line in lines[1:])


def _source(project: Project, suite: Document, name: str, module: str) -> Document:
    """The file of a module: in the prompt's folder, else below ``prompts/``."""
    relative = module.replace(".", "/") + ".py"
    for path in (f"prompts/{name}/{relative}", f"prompts/{relative}"):
        if path in project.tree.files():
            text = decode(project.tree.read(path), shown(project.tree, path))
            return Document(shown(project.tree, path), text, {}, text)
    raise suite.error(FUNCTION, f"there is no module `{module}`", ("cases",), f"create prompts/{name}/{relative}")


def _module(name: str, source: Document) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__file__ = source.file
    try:
        exec(compile(source.text, source.file, "exec"), module.__dict__)  # noqa: S102 - the repository's own tests
    except Exception as error:  # noqa: BLE001 - whatever a repository's module raises is its fault
        raise source.error(FUNCTION, f"{name} cannot be loaded: {type(error).__name__}: {error}") from None
    return module
