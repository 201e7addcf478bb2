"""Whatever stands in a file, an import ends with prompts or with an error, never with a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.core.importing.written import files
from promptctl.errors import UsageError
from tests.core.importing.test_formats import DOTPROMPT, GITHUB, LANGCHAIN, LANGFUSE, LLM, PROMPTY
from tests.importing import imported

PROMPTFOO = (Path(__file__).parents[2] / "promptfoo" / "promptfooconfig.yaml").read_text()
HEADED = {"prompty": PROMPTY, "dotprompt": DOTPROMPT}
VALUES: dict[str, Any] = {
    "promptfoo": yaml.safe_load(PROMPTFOO),
    "github-models": yaml.safe_load(GITHUB),
    "langfuse": LANGFUSE,
    "langchain": LANGCHAIN,
    "llm": yaml.safe_load(LLM),
    **{form: yaml.safe_load(text.split("---\n")[1]) for form, text in HEADED.items()},
}
_wrong = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.floats(0, 1)
    | st.sampled_from(["", "x", "{{", "{%", "file://x", "$"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "x", "0"]), inner, max_size=2)
    ),
    max_leaves=3,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every node below the top."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(item, (*path, key))


def changed(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    """A copy with another value at a path."""
    copy = deepcopy(value)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = wrong
    return copy


def ends_well(text: str, form: str) -> None:
    """Imports a text; an error is well too."""
    try:
        found = imported(text, "made-up", form)
    except UsageError:
        return
    for prompt in found.prompts:
        assert files(prompt)["prompt.yaml"]


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("form", VALUES)
@given(data=st.data())
def test_any_value_anywhere(form: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(VALUES[form]))))
    head = json.dumps(changed(VALUES[form], path, data.draw(_wrong)))
    body = HEADED[form].split("---\n")[2] if form in HEADED else None
    ends_well(head if body is None else f"---\n{head}\n---\n{body}", form)


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("form", [*VALUES, "text"])
@given(text=st.text(st.sampled_from("-\n{}%#/if each x:\"'$@.~!>"), max_size=60))
def test_any_text(form: str, text: str) -> None:
    ends_well(text, form)
    ends_well(f"---\n---\n{text}", form)


def test_no_messages_are_no_prompt() -> None:
    with pytest.raises(UsageError, match="the file holds no `prompt`"):
        imported('{"prompt": []}', "made-up", "langfuse")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": None},
        {"type": "object", "properties": {"who": "string"}},
        {"type": "object", "properties": {"who": {"type": "string"}}, "required": None},
        {"properties": {"who": 1}},
    ],
)
def test_a_schema_that_is_none(schema: Any) -> None:
    head = json.dumps({"input": {"schema": schema}})
    with pytest.raises(UsageError, match=r"`input\.schema` is no JSON Schema"):
        imported(f"---\n{head}\n---\nHello {{{{who}}}}", "made-up", "dotprompt")


def test_an_input_that_takes_anything() -> None:
    head = json.dumps({"input": {"schema": {"type": "object", "properties": {"who": True}, "required": ["who"]}}})
    (found,) = imported(f"---\n{head}\n---\nHello {{{{who}}}}", "made-up", "dotprompt").prompts
    assert found.value["inputs"] == {"who": {}}


def test_parameters_of_a_tool_that_have_no_names() -> None:
    head = json.dumps({"model": {"options": {"tools": [{"name": "f", "parameters": ["x"]}]}}})
    with pytest.raises(UsageError, match=r"parameters\[0\]` must be a mapping"):
        imported(f"---\n{head}\n---\nsystem:\nHello", "made-up", "prompty")


@pytest.mark.parametrize(
    ("text", "file", "place"),
    [
        ('{"prompt": 1,, }', "a.json", "a.json:1:14"),
        ('{"_type": "few_shot", "examples": []}', "a.json", "a.json:1:1"),
        ("messages: 5\n", "a.prompt.yml", "a.prompt.yml:1:1"),
        ("messages:\n  - role: nobody\n    content: x\n", "a.prompt.yml", "a.prompt.yml:2:5"),
        ("prompts: []\n", "promptfooconfig.yaml", "promptfooconfig.yaml:1:1"),
        ("---\n- a\n---\nHi", "a.prompty", "a.prompty:2:1"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_at_its_place(text: str, file: str, place: str) -> None:
    with pytest.raises(UsageError) as caught:
        imported(text, file)
    assert caught.value.code == "PC142"
    assert str(caught.value.problem.place) == place
