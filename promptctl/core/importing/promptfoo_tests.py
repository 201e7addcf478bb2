"""The tests of a promptfoo configuration: values and assertions, from the file itself and from those beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from promptctl.core.evals.case import MOST_CASES
from promptctl.core.files.document import Document
from promptctl.core.importing.node import Node
from promptctl.core.importing.promptfoo_columns import test_of_row
from promptctl.core.importing.source import Source
from promptctl.core.models.request import compact_json

_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_HARMLESS = ("provider", "rubricPrompt")
_CHANGING = ("transform", "postprocess", "transformVars", "prefix", "suffix")
_ALL_HOLD = "is not carried over: here a case passes when all of its expectations hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One test: its values and the nodes of its assertions."""

    node: Node
    name: str
    values: dict[str, Any]
    asserts: tuple[Node, ...]
    source: Source
    tags: Mapping[str, Any] = field(default_factory=dict)


def tests(root: Node, source: Source) -> tuple[list[Asked], Mapping[str, Any]]:
    """All tests, with what ``defaultTest`` gives to each, and the values it gives; scenarios are written out."""
    common = root.take("defaultTest", (dict, str))
    if common and isinstance(common.value, str):
        common = Node(source.beside(common.value.removeprefix("file://")).document, (), root.dropped)
    listed, scenarios = root.take("tests", (list, str)), root.take("scenarios", (list, str))
    if common and _changes(common):
        for left_out in (listed, scenarios):
            if left_out:
                left_out.drop("are left out with `defaultTest`")
        return [], {}
    found = [asked for node in _listed(listed, source) for asked in _read(node, common, {}, source)]
    for scenario in _listed(scenarios, source):
        found += _scenario(scenario, common, source)
    defaults = _vars(common) or {}
    if common:
        common.finish("is no part of a case")
    return found, defaults


def _scenario(scenario: Node, common: Node | None, source: Source) -> Iterator[Asked]:
    """Every test of a scenario with the values of each of its configurations."""
    scenario.take("description")
    configs, inner = scenario.take("config", list), scenario.take("tests", (list, str))
    for config in configs.items() if configs else []:
        given = config.take("vars", dict)
        for node in _listed(inner, source):
            yield from _read(node, common, given.value if given else {}, source)
        config.finish()
    scenario.finish()


def _listed(listed: Node | None, source: Source) -> Iterator[Node]:
    """Each test as a node, those of files beside included."""
    for entry in listed.items() if listed else []:
        if not isinstance(entry.value, str):
            yield entry.checked(dict)
            continue
        path = entry.value.removeprefix("file://")
        if not path.endswith((".csv", ".jsonl", ".json", ".yaml", ".yml")) or "*" in path or "://" in path:
            entry.drop("is code, comes from elsewhere, or names no single file of tests")
            continue
        document = source.beside(path).document
        if path.endswith(".csv"):
            document = Document(
                document.file, [test_of_row(row) for row in document.value], document.marks, document.text
            )
        yield from Node(document, (), entry.dropped).items()


def _changes(node: Node) -> bool:
    """Whether something changes what is asked or what is judged by code; it is named, and the tests go."""
    options = node.take("options", dict)
    if options is None:
        return False
    changing = [item for key in _CHANGING if (item := options.take(key))]
    for item in changing:
        item.drop("is code that changes what is asked or judged, so the tests it belongs to are left out")
    for key in _HARMLESS:
        if (item := options.take(key)) and not changing:
            item.drop("says who judges; here a judge is a prompt with a model of its own")
    options.finish("is no part of a case")
    return bool(changing)


def _read(node: Node, common: Node | None, given: Mapping[str, Any], source: Source) -> Iterator[Asked]:
    if _changes(node):
        return
    own = [_vars(holder) for holder in (common, node)]
    if own[0] is None or own[1] is None:
        return
    values = {**own[0], **given, **own[1]}
    if (read := _values(node, values, source)) is None:
        return
    asserts = [
        item for holder in (common, node) if holder and (found := holder.take("assert", list)) for item in found.items()
    ]
    for holder in (common, node):
        for key in ("threshold", "assertScoringFunction"):
            if holder and (found := holder.take(key)):
                found.drop(_ALL_HOLD)
    name = node.text("description")
    tags = _tags(node)
    node.finish("is no part of a case")
    if prod(len(value) for value in read.values() if isinstance(value, list)) > MOST_CASES:
        raise node.error(f"{node.spelled} makes more than {MOST_CASES} cases of its lists", "sample them")
    for each in _combinations(read):
        yield Asked(node=node, name=name, values=each, asserts=tuple(asserts), source=source, tags=tags)


def _vars(holder: Node | None) -> dict[str, Any] | None:
    """The values written here; None, and named, when files hold them."""
    found = holder.take("vars", (dict, str, list)) if holder else None
    if found and not isinstance(found.value, dict):
        found.drop("names files of values, so the test is left out")
        return None
    return dict(found.value) if found else {}


def _combinations(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A test for each combination of values that lists give."""
    choices = [value if isinstance(value, list) else [value] for value in values.values()]
    for chosen in product(*choices):
        yield dict(zip(values, chosen, strict=True))


def _values(node: Node, values: Mapping[str, Any], source: Source) -> dict[str, Any] | None:
    """The values with files read; None, and named, where one is made when promptfoo runs."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str) and value.startswith("file://"):
            path = value.removeprefix("file://")
            if not path.endswith((".txt", ".md", ".yaml", ".yml")):
                _at_value(node, name).drop("is a file that is no text, so the test is left out")
                return None
            read = source.beside(path)
            value = read.body.strip() if path.endswith((".txt", ".md")) else compact_json(read.document.value)
        elif isinstance(value, str) and ("{{" in value or "{%" in value):
            _at_value(node, name).drop("is made of other values when promptfoo runs, so the test is left out")
            return None
        found[name] = value.rstrip("\n") if isinstance(value, str) else value
    return found


def _at_value(node: Node, name: str) -> Node:
    own = isinstance(node.value.get("vars"), dict) and name in node.value["vars"]
    return node.child("vars").child(name) if own else node


def _tags(node: Node) -> dict[str, Any]:
    """Facts about the test as tags; lists and mappings are no tags."""
    found: dict[str, Any] = {}
    metadata = node.take("metadata", dict)
    for key, item in metadata.entries() if metadata else ():
        if isinstance(item.value, str | int | float | bool) and _TAG.fullmatch(key):
            found[key] = item.value
        else:
            item.drop("is no text that a tag could have")
    return found
