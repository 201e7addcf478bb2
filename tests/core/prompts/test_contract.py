from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.contract import accepts, answer_schema, change_class
from promptctl.core.releases.version import ORDER
from tests.closures import closure_of, project_of, prompt_with

STRING = {"type": "string"}
OBJECT = {"type": "object", "properties": {"a": STRING}, "required": ["a"]}
WITH_B = {**OBJECT, "properties": {"a": STRING, "b": STRING}}
TOOL = {"name": "search", "description": "Find.", "parameters": OBJECT}


def inputs(**schemas: Any) -> Closure:
    return prompt_with(inputs=schemas)


def tools(*found: Any) -> Closure:
    return prompt_with(tools=list(found))


def includes(text: str, name: str = "tone.j2") -> Closure:
    return closure_of(f"template: '{{% include \"{name}\" %}}'", {name: text})


USER, SYSTEM = ({"role": role, "content": "text"} for role in ("user", "system"))

CHANGES: list[tuple[str, Closure, Closure, str, str | None]] = [
    ("description", prompt_with(description="a"), prompt_with(description="b"), "none", None),
    ("owner, tags, metadata", prompt_with(), prompt_with(owner="x", tags=["t"], metadata={"a": 1}), "none", None),
    ("formerly", prompt_with(), prompt_with(formerly=["old"]), "none", None),
    ("template spelled as message", prompt_with(template="x"), prompt_with(messages=[{"role": "user", "content": "x"}]),
     "none", None),
    ("input's description", inputs(a=STRING), inputs(a={"type": "string", "description": "words"}), "none", None),
    ("short form", inputs(a="string"), inputs(a=STRING), "none", None),
    ("input order", inputs(a=STRING, b=STRING), inputs(b=STRING, a=STRING), "none", None),
    ("template", prompt_with(template="x"), prompt_with(template="y"), "minor", "messages"),
    ("role", prompt_with(messages=[USER]), prompt_with(messages=[SYSTEM, USER]), "minor", "messages"),
    ("model", prompt_with(model="a"), prompt_with(model="b"), "minor", "model"),
    ("model added", prompt_with(), prompt_with(model="b"), "minor", "model"),
    ("parameter", prompt_with(parameters={"temperature": 0}), prompt_with(parameters={"temperature": 1}), "minor",
     "parameters.temperature"),
    ("parameter's number", prompt_with(parameters={"n": 1}), prompt_with(parameters={"n": 1.0}), "minor",
     "parameters.n"),
    ("parameter null added", prompt_with(), prompt_with(parameters={"stop": None}), "minor", "parameters.stop"),
    ("partial", includes("kind"), includes("brief"), "minor", "partials.tone.j2"),
    ("partial's name", includes("kind"), includes("kind", "other.j2"), "minor", "messages"),
    ("input added, optional", inputs(), inputs(a={"default": 1}), "minor", "inputs.a"),
    ("input added, required", inputs(), inputs(a={}), "major", "inputs.a"),
    ("input removed", inputs(a={}), inputs(), "major", "inputs.a"),
    ("input removed, optional", inputs(a={"default": 1}), inputs(), "major", "inputs.a"),
    ("input renamed", inputs(a={}), inputs(b={}), "major", "inputs.a"),
    ("default added", inputs(a=STRING), inputs(a={**STRING, "default": ""}), "minor", "inputs.a"),
    ("default removed", inputs(a={**STRING, "default": ""}), inputs(a=STRING), "major", "inputs.a"),
    ("default changed", inputs(a={"default": 1}), inputs(a={"default": 2}), "minor", "inputs.a"),
    ("default's number", inputs(a={"default": 1}), inputs(a={"default": 1.0}), "minor", "inputs.a"),
    ("default's order", inputs(a={"default": {"x": 1, "y": 2}}), inputs(a={"default": {"y": 2, "x": 1}}), "minor",
     "inputs.a"),
    ("looser bound", inputs(a={"maxLength": 5}), inputs(a={"maxLength": 9}), "minor", "inputs.a"),
    ("tighter bound", inputs(a={"maxLength": 9}), inputs(a={"maxLength": 5}), "major", "inputs.a"),
    ("bound added", inputs(a=STRING), inputs(a={**STRING, "maxLength": 5}), "major", "inputs.a"),
    ("bound dropped", inputs(a={"maxLength": 9}), inputs(a={}), "minor", "inputs.a"),
    ("more values", inputs(a={"enum": [1]}), inputs(a={"enum": [1, 2]}), "minor", "inputs.a"),
    ("fewer values", inputs(a={"enum": [1, 2]}), inputs(a={"enum": [1]}), "major", "inputs.a"),
    ("integer to number", inputs(a="integer"), inputs(a="number"), "minor", "inputs.a"),
    ("number to integer", inputs(a="number"), inputs(a="integer"), "major", "inputs.a"),
    ("type changed", inputs(a="string"), inputs(a="array"), "major", "inputs.a"),
    ("looser and newly required", inputs(a={"maxLength": 5, "default": ""}), inputs(a={"maxLength": 9}), "major",
     "inputs.a"),
    ("tighter with a default", inputs(a={"maxLength": 5}), inputs(a={"maxLength": 4, "default": ""}), "major",
     "inputs.a"),
    ("schema comment", inputs(a=STRING), inputs(a={**STRING, "$comment": "x"}), "minor", "inputs"),
    ("output added", prompt_with(), prompt_with(output=OBJECT), "major", "output"),
    ("output removed", prompt_with(output=OBJECT), prompt_with(), "major", "output"),
    ("output field, optional", prompt_with(output=OBJECT), prompt_with(output=WITH_B), "minor", "output"),
    ("output field, required", prompt_with(output=OBJECT), prompt_with(output={**WITH_B, "required": ["a", "b"]}),
     "major", "output"),
    ("output field removed", prompt_with(output=WITH_B), prompt_with(output=OBJECT), "major", "output"),
    ("output looser", prompt_with(output={**OBJECT, "maxProperties": 1}), prompt_with(output=OBJECT), "major",
     "output"),
    ("output described", prompt_with(output=OBJECT), prompt_with(output={**OBJECT, "description": "x"}), "major",
     "output"),
    ("output key order", prompt_with(output=OBJECT), prompt_with(output=dict(reversed(OBJECT.items()))), "minor",
     "output"),
    ("tool added", tools(), tools(TOOL), "major", "tools.search"),
    ("tool removed", tools(TOOL), tools(), "major", "tools.search"),
    ("tool renamed", tools(TOOL), tools({**TOOL, "name": "find"}), "major", "tools.search"),
    ("tool described", tools(TOOL), tools({**TOOL, "description": "Look."}), "major", "tools.search"),
    ("tool made strict", tools(TOOL), tools({**TOOL, "strict": True}), "major", "tools.search"),
    ("tool parameter, optional", tools(TOOL), tools({**TOOL, "parameters": WITH_B}), "minor", "tools.search"),
    ("tool parameter, required", tools(TOOL), tools({**TOOL, "parameters": {**WITH_B, "required": ["a", "b"]}}),
     "major", "tools.search"),
    ("tool order", tools(TOOL, {"name": "b"}), tools({"name": "b"}, TOOL), "minor", "tools"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "change", "field"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_the_class_of_a_change_and_the_field_to_blame(
    old: Closure, new: Closure, change: str, field: str | None
) -> None:
    found = change_class(old, new)
    assert found.change == change
    assert (found.reasons[0].field if found.reasons else None) == field


def test_each_change_has_its_reason_and_the_gravest_comes_first() -> None:
    old = prompt_with(model="a", inputs={"x": {}, "y": "string"}, parameters={"n": 1})
    new = prompt_with(model="b", inputs={"y": "string", "z": {}}, parameters={"n": 2})
    found = [(reason.field, reason.change) for reason in change_class(old, new).reasons]
    assert found == [
        ("inputs.x", "major"),
        ("inputs.z", "major"),
        ("model", "minor"),
        ("parameters.n", "minor"),
    ]


FIRST = "template: '{{ text }}'\ninputs: {text: string}\n"
LAST = FIRST + "output: {type: object, properties: {a: {type: string}}}\n"
CHAIN = """\
inputs: {text: string}
steps:
  - {name: one, prompt: first, inputs: {text: '{{ text }}'}}
  - {name: two, prompt: last, inputs: {text: '{{ one }}'}}
"""
CHAIN_CHANGES = [
    ("the same", CHAIN, FIRST, LAST, "none", None),
    ("own input", CHAIN.replace("{text: string}", "{text: integer}"), FIRST, LAST, "major", "inputs.text"),
    ("a step's text", CHAIN, FIRST.replace("{{ text }}", "x {{ text }}"), LAST, "minor", "steps.one"),
    ("an earlier step's answer", CHAIN, LAST, LAST, "minor", "steps.one"),
    ("the last step's answer", CHAIN, FIRST, FIRST, "major", "output"),
    ("the last step grows", CHAIN, FIRST, LAST.replace("a:", "b: {}, a:"), "minor", "output"),
    ("a step's inputs", CHAIN.replace("{{ one }}", "{{ one }}!"), FIRST, LAST, "minor", "steps.two"),
    ("own answer", CHAIN + "output: {type: object}\n", FIRST, LAST, "major", "output"),
]


@pytest.mark.parametrize(
    ("chain", "first", "last", "change", "field"),
    [row[1:] for row in CHAIN_CHANGES],
    ids=[row[0] for row in CHAIN_CHANGES],
)
def test_a_chain_is_judged_by_its_inputs_and_its_last_answer(
    chain: str, first: str, last: str, change: str, field: str | None
) -> None:
    old = project_of({"c": CHAIN, "first": FIRST, "last": LAST}).closure("c")
    found = change_class(old, project_of({"c": chain, "first": first, "last": last}).closure("c"))
    assert (found.change, found.reasons[0].field if found.reasons else None) == (change, field)


def test_steps_in_another_order_mean_something_else() -> None:
    steps = [f"  - {{name: {name}, prompt: first, inputs: {{text: '{{{{ text }}}}'}}}}\n" for name in ("one", "two")]
    old, new = (
        project_of({"c": f"inputs: {{text: string}}\nsteps:\n{''.join(order)}", "first": FIRST}).closure("c")
        for order in (steps, steps[::-1])
    )
    (reason,) = change_class(old, new).reasons
    assert (reason.field, reason.message, reason.change) == ("steps", "stand in another order", "minor")


def test_the_answer_of_a_chain_of_chains_is_that_of_the_innermost_last_step() -> None:
    outer = "inputs: {text: string}\nsteps: [{name: inner, prompt: c, inputs: {text: '{{ text }}'}}]\n"
    project = project_of({"outer": outer, "c": CHAIN, "first": FIRST, "last": LAST})
    assert answer_schema(project.closure("outer")) == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_a_prompt_that_becomes_a_chain_with_the_same_contract_is_a_minor_change() -> None:
    chain = project_of({"c": CHAIN, "first": FIRST, "last": LAST}).closure("c")
    found = change_class(project_of({"c": LAST}).closure("c"), chain)
    assert found.change == "minor"
    assert {reason.field for reason in found.reasons} == {"messages", "output", "steps.one", "steps.two"}


HISTORY = "inputs: {history: {}}\nmessages:\n  - {placeholder: history}\n"


@pytest.mark.parametrize(
    ("closure", "given", "accepted"),
    [
        (inputs(a="string"), {"a": "x"}, True),
        (inputs(a="string"), {"a": 1}, False),
        (inputs(a="string"), {}, False),
        (inputs(a={"default": 1}), {}, True),
        (inputs(a={}), {"a": 1, "b": 2}, False),
        (closure_of(HISTORY), {"history": [{"role": "user", "content": "x"}]}, True),
        (closure_of(HISTORY), {"history": "x"}, False),
        (closure_of(HISTORY), {"history": [{"role": "nobody", "content": "x"}]}, False),
    ],
)
def test_what_a_contract_accepts(closure: Closure, given: dict[str, Any], accepted: bool) -> None:
    assert accepts(closure, given) is accepted


def test_an_input_that_becomes_a_placeholder_takes_less() -> None:
    text, history = closure_of("inputs: {history: {}}\ntemplate: '{{ history }}'\n"), closure_of(HISTORY)
    found = change_class(text, history)
    assert (found.change, found.reasons[0].field) == ("major", "inputs.history")
    assert accepts(text, {"history": "x"})
    assert change_class(history, text).change == "minor"


NAMES, PLAIN = (
    st.sampled_from("abc"),
    st.sampled_from(
        ["string", "integer", "number", {}, {"default": 1}, {"maxLength": 1}, {"maxLength": 2}, {"enum": ["x"]}]
    ),
)
PROMPTS = st.fixed_dictionaries(
    {"template": st.sampled_from(["x", "y"]), "inputs": st.dictionaries(NAMES, PLAIN, max_size=3)},
    optional={
        "model": st.sampled_from("mn"),
        "output": st.sampled_from([OBJECT, WITH_B]),
        "tools": st.sampled_from([[TOOL], [{"name": "b"}]]),
        "parameters": st.dictionaries(NAMES, st.integers(0, 1), max_size=2),
        "description": NAMES,
    },
).map(lambda body: prompt_with(**body))
CALLS = st.dictionaries(NAMES, st.sampled_from(["x", "xx", "xxx", 1, 1.5, None]), max_size=3)


@given(PROMPTS)
def test_nothing_changes_between_a_closure_and_itself(closure: Closure) -> None:
    assert change_class(closure, closure).change == "none"


@given(PROMPTS, PROMPTS)
def test_no_change_means_the_same_digest_and_every_change_has_a_reason_of_its_class(old: Closure, new: Closure) -> None:
    found = change_class(old, new)
    assert (found.change == "none") == (digest(old) == digest(new))
    assert found.change == max((reason.change for reason in found.reasons), key=ORDER.index, default="none")


@given(PROMPTS, PROMPTS, CALLS)
def test_calls_of_the_old_contract_work_after_a_minor_change(old: Closure, new: Closure, call: dict[str, Any]) -> None:
    if change_class(old, new).change != "major" and accepts(old, call):
        assert accepts(new, call)


@given(PROMPTS, PROMPTS, CALLS)
def test_both_directions_minor_means_both_take_the_same_calls(old: Closure, new: Closure, call: dict[str, Any]) -> None:
    if {change_class(old, new).change, change_class(new, old).change} <= {"none", "minor"}:
        assert accepts(old, call) == accepts(new, call)
