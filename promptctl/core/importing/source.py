"""A file to import, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.files.document import Document
from promptctl.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``document``: a YAML or JSON file, or the head of a file that has one, as a value (None without) with places.

    ``body`` is the text behind the head, or of a file that is nothing but text, and begins on line ``body_line``.
    ``beside`` reads another file by its path from this one's folder; it raises UsageError for what lies elsewhere.
    """

    document: Document
    body: str
    body_line: int
    beside: Callable[[str], Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of another tool: its values, and expectations whose texts may hold {{ inputs.x }} and {{ row.x }}."""

    __test__ = False

    name: str
    values: Mapping[str, Any]
    expect: tuple[Mapping[str, Any], ...]
    tags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One prompt: ``label`` tells it from others of the same file; ``value`` is what prompt.yaml says.

    ``suite`` is what eval.yaml says beside its cases.
    """

    value: Mapping[str, Any]
    label: str = ""
    tests: tuple[Test, ...] = ()
    suite: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """The prompts of one file and everything of it that they do not say."""

    prompts: tuple[Imported, ...]
    dropped: tuple[Problem, ...] = ()
