"""GitHub Models: ``*.prompt.yml`` with messages, test data and evaluators.

https://docs.github.com/en/github-models/use-github-models/storing-prompts-in-github-repositories
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import (
    answer_schema,
    inputs_of,
    parameters,
    prompt_value,
    segments,
    text_message,
    type_of,
)
from promptctl.core.importing.segments import Segments, Variable, braces, jinja
from promptctl.core.importing.source import Import, Imported, Source, Test

_KINDS = {"equals": "equals", "contains": "contains", "startsWith": "starts_with", "endsWith": "ends_with"}


def read(source: Source) -> Import:
    """The prompt of a ``.prompt.yml`` file, its test data as cases. Raises DocumentError for what is none."""
    root = Node(source.document).checked(dict)
    listed = root.take("messages", list)
    if listed is None:
        raise root.error("the file holds no `messages`")
    messages = [text_message(item, braces) for item in listed.items()]
    schema, form, facts = _answer(root)
    rows = list(found.items()) if (found := root.take("testData", list)) else []
    declared = inputs_of(messages, {})
    for name in declared:
        declared[name] = type_of([row.value[name] for row in rows if name in row.checked(dict).value])
    name = root.text("name")
    value = prompt_value(
        description=root.text("description"),
        metadata=({"name": name} if name else {}) | ({"answer": facts} if facts else {}),
        model=root.text("model"),
        parameters=parameters(root.take("modelParameters", dict)) | form,
        inputs=declared,
        messages=messages,
        output=schema,
    )
    tests = _tests(root, rows, set(declared))
    root.finish()
    return Import(prompts=(Imported(value=value, tests=tests),), dropped=tuple(root.dropped))


def _answer(root: Node) -> tuple[dict[str, Any] | None, dict[str, Any], dict[str, Any]]:
    """The answer's schema, parameters that ask for its form, and the facts around the schema."""
    form, written = root.take("responseFormat", str), root.take("jsonSchema", (str, dict))
    if written:
        schema, facts = answer_schema(_json(written))
        return schema, {}, facts
    if form and form.value not in ("text", "json_object"):
        form.drop("is no form of answers that promptctl knows")
    return None, {"response_format": {"type": "json_object"}} if form and form.value == "json_object" else {}, {}


def _json(node: Node) -> dict[str, Any]:
    try:
        value = json.loads(node.value) if isinstance(node.value, str) else node.value
    except (ValueError, RecursionError) as fault:
        raise node.error(f"{node.spelled} is not JSON: {fault}") from None
    if not isinstance(value, dict):
        raise node.error(f"{node.spelled} is no JSON Schema")
    return value


def _tests(root: Node, rows: list[Node], inputs: set[str]) -> tuple[Test, ...]:
    evaluators = list(found.items()) if (found := root.take("evaluators", list)) else []
    expect = [item for evaluator in evaluators for item in _expectations(evaluator, inputs)]
    if not rows or not expect:
        for row in rows:
            row.drop("is a test of which nothing is expected", "add an evaluator, or write eval.yaml yourself")
        return ()
    return tuple(
        Test(name=f"test {number}", values=row.checked(dict).value, expect=tuple(expect))
        for number, row in enumerate(rows, 1)
    )


def _expectations(node: Node, inputs: set[str]) -> Iterator[dict[str, Any]]:
    """One for each comparison of an evaluator; judges and libraries of GitHub's are named."""
    name, found = node.text("name"), node.take("string", dict)
    if found is None:
        node.drop("judges by a model or by code that only GitHub has")
        return
    for key, item in found.entries():
        if key not in _KINDS:
            item.drop("is no comparison that promptctl knows")
        elif Variable("completion") in (read := segments(item, braces)):
            item.drop("compares the answer with itself")
        else:
            yield {_KINDS[key]: _value(read, inputs)} | ({"name": name} if name else {})
    node.finish()


def _value(read: Segments, inputs: set[str]) -> str:
    """The text to compare with, its variables as columns of the case."""
    return jinja(
        Variable(("inputs." if piece.name in inputs else "row.") + piece.name) if isinstance(piece, Variable) else piece
        for piece in read
    )
