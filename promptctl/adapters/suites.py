"""Reads a prompt's suite: ``eval.yaml``, its data sets, and the source of the functions it calls."""

from __future__ import annotations

import hashlib
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from promptctl.adapters.data_sets import DATA_SET, MOST_PROBLEMS, DataRow, read_rows
from promptctl.adapters.files import decode
from promptctl.adapters.judges import load_judges, written_arguments
from promptctl.adapters.programs import program
from promptctl.adapters.project import Project
from promptctl.core.evals.case import Case
from promptctl.core.evals.packed import Packed
from promptctl.core.evals.suite import Suite, dataset_names, parse_suite, suite_digest
from promptctl.core.files.document import Document, Path
from promptctl.core.files.tree import shown
from promptctl.core.json_schemas.value_schema import value_fault
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Input
from promptctl.core.scorers.command import function_of, program_file
from promptctl.core.scorers.embedded import SIMILAR
from promptctl.core.scorers.python import function_name
from promptctl.errors import DocumentError, Place, Problem

FUNCTION, CASE_UNFIT, NO_EMBEDDINGS = "PC048", "PC066", "PC185"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSuite:
    """A suite with its digest, the source of every module its ``python`` expectations name, its programs and judges.

    ``embeddings`` is the model that ``similar`` asks, where the suite has one. ``files`` are the paths that it was made
    of, without its judges', and those that were looked for.
    """

    suite: Suite
    digest: str
    sources: Mapping[str, Document]
    programs: Mapping[str, bytes] = field(default_factory=dict)
    judges: Mapping[str, Closure] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    embeddings: str = ""

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
        return found | {function_of(file): program(file, data) for file, data in self.programs.items()}


def load_suite(project: Project, name: str) -> LoadedSuite | None:
    """The suite of a prompt, or None when it has none. Raises DocumentError with the place of what is wrong."""
    document = project.document(f"prompts/{name}/eval.yaml")
    if document is None:
        return None
    inputs = project.prompt(name).inputs
    rows = {file: _rows(project, document, name, file) for file in dataset_names(document)}
    values = {file: found.each(lambda row: row.values) for file, found in rows.items()}
    suite = parse_suite(document, values, frozenset(inputs))
    _require_fitting(document, suite, rows, inputs)
    modules = {function.partition(":")[0] for function in suite.functions}
    sources = {module: _source(project, document, name, module) for module in sorted(modules)}
    programs = {file: _program(project, document, name, file) for file in suite.programs}
    judges = load_judges(project, document, suite)
    digests = {module: hashlib.sha256(source.text.encode()).hexdigest() for module, source in sources.items()}
    digests |= {function_of(file): hashlib.sha256(data).hexdigest() for file, data in programs.items()}
    digests |= {f"judge {written}": digest(closure) for written, closure in judges.items()}
    embeddings = _embeddings(project, document, suite)
    digests |= {"embeddings": embeddings} if embeddings else {}
    return LoadedSuite(
        suite=suite,
        digest=suite_digest(suite, digests),
        sources=sources,
        programs=programs,
        judges=judges,
        embeddings=embeddings,
        files=_files(name, [*rows, *programs], modules),
    )


def _embeddings(project: Project, document: Document, suite: Suite) -> str:
    """The model that embeds for this suite, empty where it needs none. Raises DocumentError where none is named."""
    if all(expectation.kind != SIMILAR for case in suite.cases for expectation in case.expect):
        return ""
    if project.settings.embeddings is None:
        hint = 'add [evals] embeddings = "openai:text-embedding-3-small" to promptctl.toml'
        where = _first(document, SIMILAR, lambda _: True)
        raise document.error(NO_EMBEDDINGS, "no model is named that embeds texts for `similar`", where, hint)
    return project.settings.embeddings


def _files(name: str, own: Iterable[str], modules: Iterable[str]) -> frozenset[str]:
    """The paths of a suite's files, and where its modules were looked for."""
    files = {"prompt.yaml", "eval.yaml", *own, *(_module_path(module) for module in modules)}
    return frozenset(f"prompts/{name}/{file}" for file in files).union(
        f"prompts/{_module_path(module)}" for module in modules
    )


def named_files(document: Document, name: str) -> Iterator[str]:
    """The paths that a prompt's suite names as it is written: data sets, programs, and where modules are looked for."""
    with suppress(LookupError, TypeError, AttributeError):
        yield from (f"prompts/{name}/{entry['dataset']}" for entry in document.value["cases"] if "dataset" in entry)
    with suppress(LookupError, TypeError, AttributeError):
        for _, kind, argument in written_arguments(document, ("python", "command")):
            if kind == "command":
                yield f"prompts/{name}/{program_file(argument)}"
            else:
                module = _module_path(function_name(argument).partition(":")[0])
                yield from (f"prompts/{name}/{module}", f"prompts/{module}")


def _module_path(module: str) -> str:
    return module.replace(".", "/") + ".py"


def _rows(project: Project, suite: Document, name: str, file: str) -> Packed[DataRow]:
    path = f"prompts/{name}/{file}"
    if path not in project.tree.files():
        index = next(index for index, entry in enumerate(suite.value["cases"]) if entry.get("dataset") == file)
        raise suite.error(DATA_SET, f"there is no data set {path}", ("cases", index, "dataset"), f"create {path}")
    place = shown(project.tree, path)
    return read_rows(decode(project.tree.read(path), place), place, project.prompt(name).inputs)


def _require_fitting(
    document: Document, suite: Suite, rows: Mapping[str, Packed[DataRow]], inputs: Mapping[str, Input]
) -> None:
    """Raises DocumentError for cases that the prompt would not take, before any of them is asked."""
    problems: dict[tuple[Place, str], Problem] = {}
    for case, place in zip(suite.cases, _places(document, rows), strict=True):
        for name, message, hint in _misfits(case, inputs):
            problems.setdefault((place(name), name), Problem(CASE_UNFIT, message, place(name), hint))
        if len(problems) > MOST_PROBLEMS:
            break
    if problems:
        raise DocumentError(tuple(problems.values())[:MOST_PROBLEMS])


def _places(document: Document, rows: Mapping[str, Packed[DataRow]]) -> Iterator[Callable[[str], Place]]:
    """For each case in its order, a function that says where it gives an input, or should."""
    for index, entry in enumerate(document.value["cases"]):
        for row in rows[entry["dataset"]] if "dataset" in entry else (None,):
            yield partial(_place, document, index, row)


def _place(document: Document, index: int, row: DataRow | None, name: str) -> Place:
    written = document.value["cases"][index].get("inputs", {})
    if row and (name in row.values or name not in written):
        return row.place
    return document.place(("cases", index, "inputs", name))


def _misfits(case: Case, inputs: Mapping[str, Input]) -> Iterator[tuple[str, str, str]]:
    """Each input that a case gives wrongly or lacks, with what is wrong and how to repair it."""
    for name, found in inputs.items():
        fault = value_fault(found.schema, case.inputs[name]) if name in case.inputs else None
        if fault:
            yield name, f"{case.name}: the input `{name}`: {fault}", f"change the case, or the schema of `{name}`"
        elif found.required and name not in case.inputs:
            hint = f"give the case a `{name}`, or the input a default"
            yield name, f"{case.name}: the input `{name}` is missing", hint


def _source(project: Project, suite: Document, name: str, module: str) -> Document:
    """The file of a module: in the prompt's folder, else below ``prompts/``."""
    relative = _module_path(module)
    for path in (f"prompts/{name}/{relative}", f"prompts/{relative}"):
        if path in project.tree.files():
            text = decode(project.tree.read(path), shown(project.tree, path))
            return Document(shown(project.tree, path), text, {}, text)
    hint = f"create prompts/{name}/{relative}"
    raise suite.error(FUNCTION, f"there is no module `{module}`", _called(suite, module), hint)


def _program(project: Project, suite: Document, name: str, file: str) -> bytes:
    path = f"prompts/{name}/{file}"
    if path not in project.tree.files():
        where = _first(suite, "command", lambda argument: program_file(argument) == file)
        raise suite.error(FUNCTION, f"there is no program {path}", where, f"create {path}")
    return project.tree.read(path)


def _called(suite: Document, module: str) -> Path:
    """Where a suite first names a function of a module."""
    return _first(suite, "python", lambda argument: function_name(argument).partition(":")[0] == module)


def _first(suite: Document, kind: str, is_meant: Callable[[Any], bool]) -> Path:
    """Where a suite first has an expectation of this kind whose argument is meant."""
    for index, entry in enumerate(suite.value["cases"]):
        for number, written in enumerate(entry["expect"]):
            for key in (kind, f"not_{kind}"):
                if key in written and is_meant(written[key]):
                    return ("cases", index, "expect", number, key)
    return ("cases",)


def _module(name: str, source: Document) -> types.ModuleType:
    """The module, run: under a name of its own, since dataclasses look their module up; what it prints is no answer."""
    unique = f"promptctl_suite_{hashlib.sha256(source.text.encode()).hexdigest()[:16]}_{name.replace('.', '_')}"
    module = types.ModuleType(unique)
    module.__file__ = source.file
    sys.modules[unique] = module
    try:
        with redirect_stdout(sys.stderr):
            code = compile(source.text, source.file, "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102 - the repository's own tests
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a repository's module raises is its fault
        said = str(error).split("\n", 1)[0][:200]
        message = f"{name} cannot be loaded: {type(error).__name__}: {said}"
        problem = Problem(FUNCTION, message, source.line(_line_of(error, source.file)))
        raise DocumentError((problem,)) from None
    return module


def _line_of(error: BaseException, file: str) -> int:
    """The last line of ``file`` on the way to an error."""
    line = (error.lineno or 1) if isinstance(error, SyntaxError) and error.filename == file else 1
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
