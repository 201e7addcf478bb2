"""A closure made again from its canonical form renders, asks and hashes as the released files do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.adapters.project import Project
from promptctl.core.files.document import Document
from promptctl.core.files.made_trees import TextTree
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.canonical import canonical, digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.from_canonical import closure_from_canonical
from promptctl.core.prompts.prompt import parse_prompt
from promptctl.core.prompts.render import Rendering
from promptctl.errors import UsageError

SPEC = Path(__file__).parents[3] / "spec"
VECTORS = [
    pytest.param(json.loads(path.read_text(encoding="utf-8")), id=f"{path.parent.name}-{path.stem}")
    for path in sorted([*(SPEC / "digest").glob("*.json"), *(SPEC / "render").glob("*.json")])
]
SAMPLES = {"string": "Grüße\n", "integer": 3, "number": 0.5, "boolean": True, "array": ["a"], "object": {"k": "v"}}


def again(found: Closure) -> Closure:
    """The closure by way of its canonical forms, spelled as JSON."""
    steps = {digest(step): again(step) for step in found.steps.values()}
    form = json.loads(compact_json(canonical(found)))
    return closure_from_canonical(form, steps, found.prompt.name)


def made_up(closure: Closure) -> dict[str, Any]:
    """An input for each that is asked for, by its type."""
    asked = {name: it.schema.get("type", "string") for name, it in closure.prompt.inputs.items() if it.required}
    return {name: SAMPLES.get(kind, "x") if isinstance(kind, str) else "x" for name, kind in asked.items()}


def outcome(closure: Closure, inputs: dict[str, Any]) -> Any:
    """What a closure makes of inputs: its messages and request, a chain's first step, or the code of the error."""
    rendering = Rendering(closure)
    try:
        if closure.prompt.steps:
            return rendering.step_inputs(0, rendering.bind(inputs))
        asked = rendering.request(inputs).to_dict() if isinstance(closure.prompt.model, str) else None
        return rendering.messages(inputs), asked
    except UsageError as error:
        return error.code


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors_come_back(vector: dict[str, Any]) -> None:
    found = Project(TextTree(vector["files"])).closure(vector["prompt"])
    made, inputs = again(found), vector.get("inputs", made_up(found))
    assert compact_json(canonical(made)) == compact_json(canonical(found))
    assert outcome(made, inputs) == outcome(found, inputs)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff{"), max_size=20)
TEMPLATES = st.lists(st.one_of(TEXTS, st.sampled_from(["{{ a }}", "{{ b }}", "{% if a %}x{% endif %}"]))).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
PARTS = st.builds(lambda text: {"type": "text", "text": text}, TEMPLATES)
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant"]), "content": TEMPLATES | st.lists(PARTS, min_size=1)},
    optional={"cache": st.booleans()},
)


@settings(max_examples=25)
@given(
    messages=st.lists(MESSAGES | st.just({"placeholder": "earlier"}), min_size=1, max_size=4),
    parameters=st.dictionaries(TEXTS, VALUES, max_size=3),
    model=st.sampled_from([None, "gpt-4.1", {"max_latency_ms": 5, "tier": "balanced"}]),
    output=st.sampled_from([None, {}]) | st.just({"type": "object", "properties": {"z": {}, "a": {"default": 1.0}}}),
    values=st.fixed_dictionaries({"a": TEXTS, "b": VALUES}),
)
def test_any_prompt_comes_back(
    messages: list[Any], parameters: dict[str, Any], model: Any, output: Any, values: dict[str, Any]
) -> None:
    inputs = {
        "b": {"title": "B"},
        "a": "string",
        "earlier": {"type": "array", "default": [{"role": "user", "content": "q"}]},
    }
    parts = {"messages": messages, "parameters": parameters, "model": model, "output": output, "inputs": inputs}
    value = {key: part for key, part in parts.items() if part is not None}
    found = Closure(prompt=parse_prompt("p", Document("p/prompt.yaml", value)))
    made = again(found)
    assert digest(made) == digest(found)
    assert outcome(made, values) == outcome(found, values)
