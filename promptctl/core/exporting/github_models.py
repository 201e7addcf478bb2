"""GitHub Models: messages with variables, and cases as test data where evaluators can say what is expected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from promptctl.core.evals.case import Case
from promptctl.core.exporting.exported import (
    Exported,
    Subject,
    drop_caches,
    require_one_prompt,
    simple_segments,
    take_inputs,
    text_of,
    unsayable,
)
from promptctl.core.files.yaml_lines import mapping_lines
from promptctl.core.importing.segments import Variable
from promptctl.core.prompts.prompt import Message
from promptctl.core.scorers.registry import Expectation

TOOL = "GitHub Models"
_PARAMETERS = {"max_tokens": "maxTokens", "max_completion_tokens": "maxCompletionTokens", "top_p": "topP"}
_KINDS = {"equals": "equals", "contains": "contains", "starts_with": "startsWith", "ends_with": "endsWith"}


def write(subject: Subject) -> Exported:
    """The ``.prompt.yml`` of a prompt. Raises DocumentError for what the format cannot say at all."""
    require_one_prompt(subject, TOOL)
    prompt, node = subject.closure.prompt, subject.node
    messages = []
    for index, message in enumerate(prompt.messages):
        if not isinstance(message, Message):
            raise unsayable(subject, index, f"{TOOL} has no place for earlier messages")
        segments = simple_segments(subject, index, text_of(subject, index, message, TOOL), TOOL)
        messages.append({"role": message.role, "content": _text(subject, index, segments)})
    for _ in take_inputs(node, ("type",), TOOL):
        pass
    parameters = {_PARAMETERS.get(name, name): value for name, value in prompt.parameters.items()}
    metadata = {key: item.value for key, item in found.entries()} if (found := node.take("metadata")) else {}
    written: dict[str, Any] = {key: metadata.pop(key) for key in ("name",) if isinstance(metadata.get(key), str)}
    facts = metadata.pop("answer", {}) if prompt.output is not None else {}
    for key in metadata:
        node.child("metadata").child(key).drop(f"has no place in {TOOL}")
    written |= {"description": prompt.description} if prompt.description else {}
    written |= {"model": prompt.model} if prompt.model else {}
    form = parameters.pop("response_format", None)
    written |= {"modelParameters": parameters} if parameters else {}
    if prompt.output is not None:
        schema = {"name": "output", **(facts if isinstance(facts, dict) else {}), "schema": prompt.output}
        written |= {"responseFormat": "json_schema", "jsonSchema": json.dumps(schema, indent=2, ensure_ascii=False)}
    elif form == {"type": "json_object"}:
        written |= {"responseFormat": "json_object"}
    elif form is not None:
        node.child("parameters").child("response_format").drop(f"has no place in {TOOL}")
    written["messages"] = messages
    written |= _tests(subject)
    drop_caches(node)
    for key in ("description", "model", "parameters", "messages", "template", "output"):
        node.take(key)
    node.finish(f"has no place in {TOOL}")
    dropped = [*node.dropped, *(subject.suite_node.dropped if subject.suite_node else ())]
    return Exported(text="\n".join(mapping_lines(written, spread=("messages",))) + "\n", dropped=tuple(dropped))


def _text(subject: Subject, index: int, segments: list[str | Variable]) -> str:
    """The text with ``{{name}}``. Raises DocumentError for a text that holds such braces to the letter."""
    written = "".join(f"{{{{{piece.name}}}}}" if isinstance(piece, Variable) else piece for piece in segments)
    if any(isinstance(piece, str) and "{{" in piece for piece in segments):
        raise unsayable(subject, index, f"{TOOL} would take the braces in this text for a variable")
    return written


def _tests(subject: Subject) -> dict[str, Any]:
    """Test data and evaluators for the cases that expect things of the same kinds as the first."""
    if subject.suite is None or subject.suite_node is None:
        return {}
    node = subject.suite_node
    kinds = [_kind(expectation) for expectation in subject.suite.cases[0].expect]
    listed = node.take("cases")
    if listed is None or not all(kinds):
        if listed:
            listed.drop(f"expect what no evaluator of {TOOL} compares")
        node.finish(f"has no place in {TOOL}")
        return {}
    rows = [_row(case) for case in subject.suite.cases if [_kind(found) for found in case.expect] == kinds]
    if len(rows) < len(subject.suite.cases):
        listed.drop("do not all expect the same kinds of things, so some are left out")
    node.finish(f"has no place in {TOOL}")
    return {"testData": rows, "evaluators": list(_evaluators(subject.suite.cases[0]))}


def _kind(expectation: Expectation) -> tuple[str, str] | None:
    plain = expectation.kind in _KINDS and not expectation.negate and isinstance(expectation.argument, str)
    return (expectation.kind, expectation.name) if plain else None


def _row(case: Case) -> dict[str, Any]:
    return dict(case.inputs) | {_column(number): found.argument for number, found in enumerate(case.expect)}


def _column(number: int) -> str:
    return f"expected_{number + 1}" if number else "expected"


def _evaluators(case: Case) -> Iterator[dict[str, Any]]:
    for number, found in enumerate(case.expect):
        yield {"name": found.name, "string": {_KINDS[found.kind]: f"{{{{{_column(number)}}}}}"}}
