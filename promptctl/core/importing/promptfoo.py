"""promptfoo: a configuration of prompts, providers and tests. https://www.promptfoo.dev/docs/configuration/reference/

Each prompt of the configuration becomes one of ours, with a suite of all tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.importing.jinja import printed_only
from promptctl.core.importing.node import DROPPED, Node
from promptctl.core.importing.parts import inputs_of, message_texts, prompt_value, type_of
from promptctl.core.importing.promptfoo_assertions import expectations
from promptctl.core.importing.promptfoo_prompts import Written, prompts
from promptctl.core.importing.promptfoo_providers import Providers, providers
from promptctl.core.importing.promptfoo_tests import Asked, tests
from promptctl.core.importing.source import Import, Imported, Source, Test
from promptctl.core.models.request import compact_json
from promptctl.errors import DocumentError, Problem

_CODE = ("nunjucksFilters", "extensions", "assertionTemplates", "derivedMetrics", "transform")
_RUNS = ("commandLineOptions", "outputPath", "sharing", "writeLatestResults", "env")


def read(source: Source) -> Import:
    """The prompts of a configuration. Raises DocumentError when it holds none that can be carried over."""
    root = Node(source.document).checked(dict)
    found, faults = prompts(root, source)
    if not found:
        raise DocumentError(tuple(faults)) if faults else root.error("the file holds no `prompts`")
    root.dropped += [Problem(DROPPED, fault.message, fault.place, fault.hint) for fault in faults]
    called = providers(root, source)
    asked, defaults = tests(root, source)
    repeat = _repeat(root)
    imported = tuple(_imported(root, written, called, asked, defaults, repeat) for written in found)
    for key in _CODE:
        if code := root.take(key):
            code.drop("is code, and an import runs none")
    for key in _RUNS:
        if how := root.take(key):
            how.drop("says how promptfoo runs, not what it asks")
    root.take("$schema")
    root.finish()
    return Import(prompts=imported, dropped=tuple(dict.fromkeys(root.dropped)))


def _repeat(root: Node) -> dict[str, Any]:
    options = root.take("evaluateOptions", dict)
    if options is None:
        return {}
    repeat = options.take("repeat", int)
    options.finish("says how promptfoo runs, not what it asks")
    return {"repeat": repeat.value} if repeat else {}


def _imported(
    root: Node,
    written: Written,
    called: Providers,
    asked: list[Asked],
    defaults: Mapping[str, Any],
    repeat: dict[str, Any],
) -> Imported:
    texts = [text for message in written.messages for text in message_texts(message["content"])]
    whole = frozenset.intersection(*(printed_only(text) | _absent(text, texts) for text in texts))
    values = [_spelled(test.values, whole) for test in asked]
    inputs = inputs_of(written.messages, {})
    defaults = _spelled(defaults, whole)
    for name in inputs:
        inputs[name] = _input(name, values, defaults)
    found = tuple(
        Test(name=test.name, values=value, tags=test.tags, expect=expect)
        for test, value in zip(asked, values, strict=True)
        if (expect := _expect(test, value, frozenset(inputs)))
    )
    value = prompt_value(
        description=root.text("description"),
        metadata=dict(written.facts)
        | ({"answer": called.facts} if called.facts else {})
        | ({"tags": tags.value} if (tags := root.take("tags", dict)) else {}),
        model=called.models[0] if called.models else "",
        parameters=called.parameters,
        inputs=inputs,
        messages=list(written.messages),
        output=called.output,
        tools=list(called.tools),
    )
    models = {"models": list(called.models)} if len(called.models) > 1 else {}
    return Imported(value=value, label=written.label, tests=found, suite=models | repeat)


def _input(name: str, values: list[dict[str, Any]], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """An input by the values that tests give it; where one gives none it is printed as nothing there."""
    given = [found[name] for found in values if name in found]
    if name in defaults:
        return type_of([*given, defaults[name]]) | {"default": defaults[name]}
    if values and len(given) < len(values):
        return type_of([*given, ""]) | {"default": ""}
    return type_of(given)


def _absent(text: str, texts: list[str]) -> frozenset[str]:
    """Names that other texts print and this one does not hold."""
    others = frozenset(name for other in texts for name in printed_only(other))
    return frozenset(name for name in others if name not in text)


def _spelled(values: Mapping[str, Any], whole: frozenset[str]) -> dict[str, Any]:
    """The values, those that are only printed as promptfoo prints them: JSON for what is neither text nor number."""
    printed = {name for name, value in values.items() if isinstance(value, bool | list | dict) and name in whole}
    return {name: compact_json(value) if name in printed else value for name, value in values.items()}


def _expect(test: Asked, values: dict[str, Any], inputs: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """The expectations of a test; without any, whatever is answered passes there and here."""
    if not test.asserts:
        return ({"length": {"min": 0}},)
    found = tuple(item for node in test.asserts for item in expectations(node, test.source, values, inputs))
    if not found:
        test.node.drop("has no expectation left, so the test is left out")
    return found
