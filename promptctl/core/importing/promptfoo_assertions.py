"""promptfoo's assertions as expectations, where they say the same; what runs code or asks a model is named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from promptctl.core.evals.expectation import RESERVED_NAMES
from promptctl.core.importing.node import Node
from promptctl.core.importing.promptfoo_graded import GRADED, graded
from promptctl.core.importing.segments import Segments, Variable, braces, jinja
from promptctl.core.importing.source import Source
from promptctl.core.scorers.registry import SCORERS
from promptctl.errors import UsageError

_PLAIN = {
    "equals": "equals",
    "contains": "contains",
    "icontains": "icontains",
    "contains-any": "contains_any",
    "contains-all": "contains_all",
    "starts-with": "starts_with",
    "regex": "regex",
    "word-count": "word_count",
}
_CODE = ("javascript", "python", "ruby", "webhook")
_MODEL = (
    "answer-relevance context-recall context-relevance select-best max-score moderation classifier pi "
    "search-rubric conversation-relevance"
).split()
_OTHERWISE = {
    "bleu": "smooths and counts words otherwise there, so that its threshold would mean another thing to `bleu`",
    "rouge-n": "counts single words there, and `rouge_l` the longest sequence of them",
}
_LISTS = ("contains-any", "contains-all", "icontains-any", "icontains-all")
Inputs = frozenset[str]


class _NotCarried(Exception):
    """Why an assertion has no like here."""


def expectations(
    node: Node, source: Source, values: Mapping[str, Any], inputs: Inputs, metric: str = ""
) -> Iterator[dict[str, Any]]:
    """The expectations that say the same as an assertion: one, or those of a set; none, and named, without a like."""
    node.checked(dict)
    kind, name = node.text("type"), node.text("metric") or metric
    if kind == "assert-set":
        yield from _set(node, source, values, inputs, name)
        return
    try:
        found = _expectation(node, kind, source, values, inputs)
    except _NotCarried as refused:
        node.drop(f"({kind}) {refused}")
        return
    if name in RESERVED_NAMES:
        node.child("metric").drop("is the name of a metric that every suite has")
        name = ""
    weight = node.take("weight", (int, float))
    if weight and weight.value != 1:
        found |= {"weight": weight.value}
    for key in ("provider", "rubricPrompt", "config", "contextTransform"):
        if item := node.take(key):
            item.drop("means something only to code and models that judge")
    node.finish("is no part of an expectation")
    yield found | ({"name": name} if name else {})


def _set(node: Node, source: Source, values: Mapping[str, Any], inputs: Inputs, name: str) -> Iterator[dict[str, Any]]:
    """The members of a set all have to hold, which is what a set without a threshold says."""
    if node.take("threshold") or node.take("weight"):
        node.drop("(assert-set) passes when enough of it holds; here every expectation has to hold")
        return
    members = node.take("assert", list)
    for member in members.items() if members else []:
        yield from expectations(member, source, values, inputs, name)
    node.finish("is no part of an expectation")


def _expectation(node: Node, kind: str, source: Source, values: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    plain = kind.removeprefix("not-")
    negation = "not_" if plain != kind else ""
    if plain in _CODE:
        raise _NotCarried("is judged by code, and an import runs and keeps none")
    if plain in _MODEL:
        raise _NotCarried("asks a model what no judge here is asked")
    if node.take("transform"):
        raise _NotCarried("judges what code makes of the answer")
    if node.value.get("weight") == 0:
        raise _NotCarried("has no weight, so it is measured there and never fails")
    value = _value(node, source, values, inputs)
    name, argument = _graded(node, plain, value, values, inputs) or _argument(node, plain, negation, value)
    if name not in SCORERS or (fault := SCORERS[name].fault(_filled(argument))):
        raise _NotCarried(f"cannot be said as `{name}`: {fault}" if name in SCORERS else "has no like here")
    return {negation + name: argument}


def _graded(
    node: Node, kind: str, value: Any, values: Mapping[str, Any], inputs: Inputs
) -> tuple[str, dict[str, Any]] | None:
    """A judge and what it is asked; None for what no model judges."""
    if kind not in GRADED:
        return None
    threshold = node.take("threshold", (int, float))
    found = graded(kind, value, threshold.value if threshold else None, inputs & values.keys())
    if isinstance(found, str):
        raise _NotCarried(found)
    return found


def _filled(argument: Any) -> Any:
    """The argument with something in the place of its templates, to see whether it can be used."""
    if isinstance(argument, dict):
        return {key: _filled(value) for key, value in argument.items()}
    if isinstance(argument, list):
        return [_filled(value) for value in argument]
    return "value" if isinstance(argument, str) and "{{" in argument else argument


def _argument(node: Node, kind: str, negation: str, value: Any) -> tuple[str, Any]:
    """The kind of expectation and its argument."""
    if kind in _LISTS and isinstance(value, str):
        value = [item.strip() for item in value.split(",")]
    if kind in _LISTS and not isinstance(value, list):
        raise _NotCarried("has no list of texts")
    if kind in _PLAIN:
        return _PLAIN[kind], str(value) if kind == "equals" and not isinstance(value, dict | list | str) else value
    if kind == "icontains-all" and not (negation and len(value) > 1):
        return "icontains", value
    if kind == "icontains-any":
        return "regex", "(?i)" + "|".join(re.escape(_no_template(item)) for item in value)
    if kind == "is-json":
        return "is_json", _schema(value)
    if negation and kind in ("latency", "cost", "levenshtein"):
        raise _NotCarried("is judged there as if it did not begin with `not-`")
    if kind in ("latency", "cost"):
        return kind, _threshold(node, None)
    if kind in _OTHERWISE:
        raise _NotCarried(_OTHERWISE[kind])
    if kind in ("similar", "similar:cosine"):
        return "similar", {"text": value, "min": _threshold(node, 0.75)}
    if kind == "levenshtein":
        return kind, {"text": value, "max": _threshold(node, 5)}
    raise _NotCarried("has no like here")


def _no_template(text: Any) -> str:
    if "{{" in str(text):
        raise _NotCarried("puts a value of the test into several words, which cannot be said here")
    return str(text)


def _schema(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise _NotCarried("has a schema that is not JSON") from None
    return True if value is None else value


def _threshold(node: Node, default: float | None) -> float:
    found = node.take("threshold", (int, float))
    if found is None and default is None:
        raise _NotCarried("has no threshold")
    number: float = found.value if found else default or 0
    return number


def _value(node: Node, source: Source, values: Mapping[str, Any], inputs: Inputs) -> Any:
    """The value with files read and its variables as columns of the case."""
    found = node.take("value")
    value = found.value if found else None
    if isinstance(value, str) and value.startswith("file://"):
        path = value.removeprefix("file://")
        if not path.endswith((".txt", ".md", ".json", ".yaml", ".yml")):
            raise _NotCarried("names a file of code")
        try:
            read = source.beside(path)
        except UsageError as fault:
            raise _NotCarried(f"names a file that cannot be read: {fault}") from None
        value = read.body.strip() if path.endswith((".txt", ".md")) else read.document.value
    return _each_text(value, lambda text: _template(text, values, inputs))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _template(text: str, values: Mapping[str, Any], inputs: Inputs) -> str:
    read: Segments = []
    for piece in braces(text):
        if isinstance(piece, str) and ("{{" in piece or "{%" in piece):
            raise _NotCarried("is a template that does more than put in a value")
        if isinstance(piece, str):
            read.append(piece)
        elif piece.name in values:
            read.append(Variable(("inputs." if piece.name in inputs else "row.") + piece.name))
    return jinja(read)
