"""Everything that the library reads of a repository, without the command line and its child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from promptctl.adapters.project import Project
from promptctl.adapters.repository import read_lock
from promptctl.adapters.state import State
from promptctl.adapters.suites import load_suite
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.evals.recording import parse_replies
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.registry import judge
from promptctl.errors import PromptctlError
from promptctl.workflows.evidence import read_evidence

_SAMPLES: dict[str, Any] = {
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": ["a"],
    "object": {"a": 1},
    "null": None,
}


def load(folder: Path) -> int:
    """Reads, renders and scores all there is; how many of the readings our own errors refused."""
    project = Project(WorkTree(folder))
    refused = 0
    for reading in _readings(project):
        try:
            reading()
        except PromptctlError:
            refused += 1
    return refused


def _readings(project: Project) -> Iterator[Callable[[], object]]:
    yield lambda: parse_providers(project.settings.providers, project.settings.document)
    yield project.misplaced
    yield lambda: project.former
    try:
        names = project.names
    except PromptctlError:
        return
    for name in islice(names, 20):
        yield partial(_rendered, project, name)
        yield partial(_scored, project, name)
    yield lambda: read_lock(project)
    yield from _state(project)
    for path in project.tree.files():
        if "/evidence/" in path:
            yield partial(read_evidence, project.tree, path)
        elif "/replies/" in path:
            yield partial(_replies, project, path)


def _state(project: Project) -> Iterator[Callable[[], object]]:
    state = State("main", "0" * 40, project)
    for environment, names in state.environments.items():
        yield partial(state.freeze_reason, environment)
        for name in names:
            yield partial(state.pointer, environment, name)
    for environment, name in state.moved:
        yield partial(_stack, state, environment, name)


def _replies(project: Project, path: str) -> object:
    return parse_replies(project.tree.read(path).decode("utf-8", "replace"), path)


def _stack(state: State, environment: str, name: str) -> object:
    return state.moves(environment, name).stack()


def _rendered(project: Project, name: str) -> None:
    closure = project.closure(name)
    digest(closure)
    rendering = Rendering(closure)
    given = sample_inputs(closure)
    if closure.prompt.steps:
        rendering.step_inputs(0, rendering.bind(given))
    else:
        rendering.messages(given)


def sample_inputs(closure: Closure) -> dict[str, Any]:
    """A value for each required input, by its type."""
    needed = {name: found.schema.get("type") for name, found in closure.prompt.inputs.items() if found.required}
    return {name: _SAMPLES.get(kind, "x") if isinstance(kind, str) else "x" for name, kind in needed.items()}


def _scored(project: Project, name: str) -> None:
    loaded = load_suite(project, name)
    for case in (loaded.suite.cases if loaded else ())[:5]:
        for text in ('{"a": ["b", 1]}', "a" * 3000 + "!"):
            judge(case.expect, Answer(text=text, inputs=case.inputs, row=case.row, latency_ms=1, cost=0))
