"""What includes what: prompts, their partials, and the prompts that a chain's steps name.

Everything is called by its path below ``prompts/``; partials end in ``.j2``, prompts do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.core.files.document import pointer
from promptctl.core.prompts.closure import Closure, partial_path
from promptctl.core.prompts.template import read_template

Edges = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A prompt or partial with those it leads to; ``repeated`` when those are shown elsewhere in the tree."""

    name: str
    inner: tuple[Dependency, ...] = ()
    repeated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """``{name, kind, repeated, inner}``, nested."""
        kind = "partial" if self.name.endswith(".j2") else "prompt"
        inner = [dependency.to_dict() for dependency in self.inner]
        return {"name": self.name, "kind": kind, "repeated": self.repeated, "inner": inner}


def edges(closures: Iterable[Closure]) -> dict[str, list[str]]:
    """What each prompt and partial names itself, in the order of its text; steps are followed."""
    found: dict[str, list[str]] = {}
    for closure in closures:
        _add(closure, found)
    return found


def reversed_edges(forward: Edges) -> dict[str, list[str]]:
    """Who names each prompt and partial, sorted."""
    found: dict[str, list[str]] = {name: [] for name in forward}
    for name in sorted(forward):
        for inner in forward[name]:
            found.setdefault(inner, []).append(name)
    return found


def tree(name: str, along: Edges) -> Dependency:
    """Everything reached from ``name``; what is reached twice is followed once."""
    return _tree(name, along, set())


def _tree(name: str, along: Edges, seen: set[str]) -> Dependency:
    if name in seen:
        return Dependency(name=name, repeated=bool(along.get(name)))
    seen.add(name)
    return Dependency(name=name, inner=tuple(_tree(inner, along, seen) for inner in along.get(name, ())))


def _add(closure: Closure, found: dict[str, list[str]]) -> None:
    prompt = closure.prompt
    if prompt.name in found:
        return
    own = [written for path, text in prompt.templates() for written in _includes(pointer(path), text)]
    found[prompt.name] = _unique([*_paths(closure, own), *(step.prompt for step in prompt.steps)])
    for written, document in closure.partials.items():
        path = partial_path(prompt.name, written)
        if path is not None:
            found.setdefault(path, _unique(_paths(closure, _includes(written, document.value))))
    for step in prompt.steps:
        _add(closure.steps[step.name], found)


def _includes(name: str, text: str) -> list[str]:
    return [written for written, _ in read_template(name, text).includes]


def _paths(closure: Closure, written: Iterable[str]) -> list[str]:
    paths = (partial_path(closure.prompt.name, name) for name in written if name in closure.partials)
    return [path for path in paths if path is not None]


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
