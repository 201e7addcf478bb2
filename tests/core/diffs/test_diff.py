from __future__ import annotations

from hypothesis import given

from promptctl.core.diffs.diff import VALUE_SECTIONS, prompt_diff
from promptctl.core.prompts.closure import Closure
from tests.closures import closure_of, project_of, prompt_with
from tests.core.prompts.test_contract import CHAIN, FIRST, LAST, PROMPTS, STRING, TOOL


def changes(old: Closure, new: Closure) -> dict[str, list[tuple[str, str]]]:
    found = prompt_diff(old, new)
    sections: dict[str, list[tuple[str, str]]] = {
        **{name: [(it.path, it.kind) for it in section] for name, section in found.values.items()},
        "messages": [(it.role, it.kind) for it in found.messages],
        "partials": [(it.name, it.kind) for it in found.partials],
    }
    return {name: entries for name, entries in sections.items() if entries}


def test_each_part_is_compared_in_its_own_words() -> None:
    old = prompt_with(model="a", parameters={"n": 1}, inputs={"x": STRING}, tools=[TOOL], template="one")
    new = prompt_with(
        model={"tier": "economy"},
        parameters={"n": 2, "m": 1},
        inputs={"x": {"type": "string", "maxLength": 3}, "y": {"default": ""}},
        tools=[{**TOOL, "description": "Look."}, {"name": "b"}],
        output={"type": "object"},
        template="two",
    )
    assert changes(old, new) == {
        "model": [("", "changed")],
        "parameters": [("n", "changed"), ("m", "added")],
        "inputs": [("x.maxLength", "added"), ("y", "added")],
        "output": [("", "added")],
        "tools": [("search.description", "changed"), ("b", "added")],
        "messages": [("user", "changed")],
    }


def test_partials_come_go_and_change() -> None:
    old = closure_of('template: \'{% include "a.j2" %}{% include "b.j2" %}\'', {"a.j2": "one", "b.j2": "b"})
    new = closure_of('template: \'{% include "a.j2" %}{% include "c.j2" %}\'', {"a.j2": "two", "c.j2": ""})
    assert changes(old, new)["partials"] == [("a.j2", "changed"), ("b.j2", "removed"), ("c.j2", "added")]


def test_steps_are_compared_by_name() -> None:
    old = project_of({"c": CHAIN, "first": FIRST, "last": LAST}).closure("c")
    renamed = CHAIN.replace("two", "three").replace("'{{ text }}'", "'{{ text }}!'")
    new = project_of({"c": renamed, "first": FIRST, "last": LAST}).closure("c")
    assert changes(old, new) == {"steps": [("one.inputs.text", "changed"), ("two", "removed"), ("three", "added")]}


def test_what_only_people_read_is_no_difference() -> None:
    found = prompt_diff(prompt_with(description="a", owner="x"), prompt_with(description="b", tags=["t"]))
    assert not found.differs
    assert found.contract.change == "none"
    assert not any(found.values.values())


def test_the_data_names_every_section() -> None:
    data = prompt_diff(prompt_with(), prompt_with()).to_dict()
    assert set(data) == {"change", "reasons", *VALUE_SECTIONS, "messages", "partials"}


@given(PROMPTS, PROMPTS)
def test_closures_differ_exactly_when_their_digests_do(old: Closure, new: Closure) -> None:
    found = prompt_diff(old, new)
    shown = any(found.values.values()) or found.messages or found.partials
    assert bool(shown) == found.differs


@given(PROMPTS)
def test_a_closure_does_not_differ_from_itself(closure: Closure) -> None:
    assert not prompt_diff(closure, closure).differs
