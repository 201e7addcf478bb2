"""Prompts as values, and the inputs that bind to them."""

from __future__ import annotations

import pytest

from promptctl.adapters.files import parse_yaml
from promptctl.core.prompts.prompt import Message, Placeholder, Prompt, parse_prompt
from promptctl.errors import DocumentError


def prompt(text: str) -> Prompt:
    return parse_prompt("a/b", parse_yaml(text.encode(), "prompts/a/b/prompt.yaml"))


def test_a_template_is_one_user_message() -> None:
    assert prompt("template: hi\n").messages == (Message(role="user", content="hi"),)


def test_messages_placeholders_and_inputs_are_read() -> None:
    found = prompt(
        "inputs:\n  h: {type: array, default: []}\n  t: string\n"
        "messages:\n- {role: system, content: s, cache: true}\n- placeholder: h\n- {role: user, content: '{{ t }}'}\n"
    )
    assert found.messages == (
        Message(role="system", content="s", cache=True),
        Placeholder(input="h"),
        Message(role="user", content="{{ t }}"),
    )
    assert found.inputs["t"].required
    assert found.inputs["h"].default == []


MALFORMED = [
    ("template: t\ninputs: {loop: string}\n", "means something in templates"),
    ("template: t\ninputs: {a: {type: strng}}\n", "no JSON Schema"),
    ("template: t\ninputs: {a: {type: integer, default: x}}\n", "breaks its schema"),
    ("template: t\ninputs: {a: {$ref: 'http://127.0.0.1:9/x.json'}}\n", "no JSON Schema"),
    ("template: t\noutput: {type: 7}\n", "`output` is no JSON Schema"),
    ("template: t\ntools: [{name: f, parameters: {type: nope}}]\n", "`tools[0].parameters` is no JSON Schema"),
    ("messages: [{placeholder: x}]\n", "names no input"),
    ("steps: [{name: a, prompt: x}, {name: a, prompt: y}]\n", "is taken already"),
    ("inputs: {a: string}\nsteps: [{name: a, prompt: x}]\n", "is taken already"),
    ("steps: [{name: a, prompt: ../x}]\n", "names no prompt"),
    ("template: t\nformerly: [A]\n", "cannot have named a prompt"),
]


@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_what_a_prompt_cannot_mean_is_refused_with_a_place(text: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        prompt(text)
    assert message in str(caught.value)
    assert caught.value.problem.place is not None
    assert caught.value.problem.place.line
