"""What a format can say comes back from it with the same digest; what does not come back is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptctl.core.exporting.exported import Subject
from promptctl.core.exporting.reading_back import differences
from promptctl.core.exporting.registry import FORMATS
from promptctl.errors import UsageError
from tests.importing import closure_of, digest_of, imported

_words = st.text(st.sampled_from("abc äß{}\"'#:-.,\n"), min_size=1, max_size=20)
_names = st.sampled_from(["who", "topic", "n1"])
_keys = st.sampled_from(["queue", "reason"])
_parameters = st.fixed_dictionaries(
    {}, optional={"temperature": st.sampled_from([0, 0.5, 1]), "max_tokens": st.integers(1, 900), "top_p": st.just(0.9)}
)
_models = st.sampled_from(["gpt-4.1", "echo:echo", "claude-sonnet-4.5"])


@st.composite
def texts(draw: st.DrawFn, names: list[str]) -> str:
    """A text with variables as promptctl spells them; several lines end with a line end, one does not."""
    pieces = draw(
        st.lists(_words.map(lambda word: word.replace("{", "")) | st.sampled_from(names), min_size=1, max_size=4)
    )
    text = "".join(f"{{{{ {piece} }}}}" if piece in names else piece for piece in pieces).strip() or "x"
    return text + "\n" * ("\n" in text)


@st.composite
def prompts(draw: st.DrawFn, roles: tuple[str, ...] = ("system", "user", "assistant")) -> dict[str, Any]:
    """Prompts within what all formats have: texts with variables, a model, common parameters."""
    names = draw(st.lists(_names, min_size=1, max_size=3, unique=True))
    messages = [
        {"role": draw(st.sampled_from(roles)), "content": draw(texts(names))} for _ in range(draw(st.integers(1, 3)))
    ]
    used = [name for name in names if any(f"{{{{ {name} }}}}" in message["content"] for message in messages)]
    value: dict[str, Any] = {"model": draw(_models), "messages": messages}
    value |= {"inputs": {name: {"type": "string"} for name in used}} if used else {}
    value |= {"parameters": asked} if (asked := draw(_parameters)) else {}
    return value


def back(value: dict[str, Any], form: str) -> dict[str, Any]:
    """The prompt.yaml that comes back, once nothing was named as dropped."""
    subject = Subject(closure=closure_of(value))
    exported = FORMATS[form].write(subject)
    assert exported.dropped == ()
    found = imported(exported.text, FORMATS[form].file, form)
    assert found.dropped == ()
    return dict(found.prompts[0].value)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@pytest.mark.parametrize("form", FORMATS)
@given(value=prompts())
def test_what_all_formats_can_say_comes_back(form: str, value: dict[str, Any]) -> None:
    assert digest_of(back(value, form)) == digest_of(value)


_schema = st.fixed_dictionaries(
    {"type": st.just("object"), "properties": st.dictionaries(_keys, st.just({"type": "string"}), min_size=1)}
)


@settings(max_examples=20, deadline=None)
@given(value=prompts(), schema=_schema, default=_words)
def test_dotprompt_keeps_schemas_and_defaults(value: dict[str, Any], schema: dict[str, Any], default: str) -> None:
    inputs = {name: {"type": "string", "maxLength": 90, "default": default} for name in value.get("inputs", {})}
    full = {**value, "output": schema} | ({"inputs": inputs} if inputs else {})
    assert digest_of(back(full, "dotprompt")) == digest_of(full)


@settings(max_examples=20, deadline=None)
@given(value=prompts(), schema=_schema)
def test_promptfoo_and_github_keep_the_form_of_answers(value: dict[str, Any], schema: dict[str, Any]) -> None:
    full = {**value, "output": schema}
    for form in ("promptfoo", "github-models"):
        assert digest_of(back(full, form)) == digest_of(full)


@pytest.mark.parametrize("form", ["promptfoo", "prompty"])
def test_conditions_and_loops_come_back(form: str) -> None:
    value = {
        "model": "gpt-4.1",
        "inputs": {"items": {"type": "array", "default": []}, "who": {"type": "string", "default": ""}},
        "messages": [
            {"role": "system", "content": "Hi.\n{% if who +%}\nYou are {{ who }}.\n{% endif +%}\nBye.\n"},
            {"role": "user", "content": "{% for item in items %}{{ item }};{% endfor %}"},
        ],
    }
    assert digest_of(back(value, form)) == digest_of(value)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("github-models", {"template": "{% if a %}x{% endif %}", "inputs": {"a": "string"}}),
        ("github-models", {"template": "{{ '{{' }} a }}"}),
        ("dotprompt", {"template": "{{ a | upper }}", "inputs": {"a": "string"}}),
        ("dotprompt", {"messages": [{"role": "developer", "content": "x"}]}),
        ("prompty", {"template": "one\nuser:\ntwo"}),
        ("promptfoo", {"messages": [{"placeholder": "h"}], "inputs": {"h": {"type": "array"}}}),
        ("promptfoo", {"steps": [{"name": "a", "prompt": "b"}]}),
        ("prompty", {"model": {"tier": "economy"}, "template": "x"}),
    ],
)
def test_what_a_format_has_no_way_to_say_is_refused(form: str, value: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        FORMATS[form].write(Subject(closure=closure_of(value)))
    assert caught.value.code == "PC143"


def test_what_does_not_come_back_is_named() -> None:
    value = {"model": "m", "inputs": {"a": "string"}, "parameters": {"top_k": 1}, "template": "{{a}}"}
    came = {"model": "m", "inputs": {"a": "integer"}, "parameters": {"top_k": 2}, "template": "{{ a }}"}
    assert [found.message for found in differences(closure_of(value).prompt, came, "x")] == [
        "`inputs.a` cannot be said as it is: it reads back as something else from x",
        "`messages[0]` says the same, but reads back in another spelling, which is another digest, from x",
        "`parameters.top_k` cannot be said as it is: it reads back as something else from x",
    ]
