"""One file of each format: what it says becomes a prompt, and what a prompt cannot say is named with its place."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from promptctl.cli.commands.import_ import command
from promptctl.core.importing.registry import FORMATS, format_of
from promptctl.errors import UsageError
from tests.importing import dropped, imported, only, rendered

PROMPTY = """\
---
name: Greeter
description: Greets.
authors: [Ada]
tags: [demo]
model:
  api: chat
  configuration: {type: openai, name: gpt-4.1}
  parameters: {max_tokens: 50, temperature: 0}
inputs:
  who: {type: string, sample: Ada}
  history: {type: list, default: []}
---
system:
Greet {{who}}.
{% if who == "Ada" %}
Be kind.
{% endif %}

{% for item in history %}
{{item.role}}:
{{item.content}}
{% endfor %}

user:
Hello
"""
DOTPROMPT = """\
---
model: googleai/gemini-2.5-flash
config: {maxOutputTokens: 50}
input:
  schema:
    who: string, a name
    loud?: boolean
  default: {who: Ada}
output: {schema: {greeting: string}}
---
{{role "system"}}
Greet {{who}}.
{{#if loud}}
Shout.
{{/if}}

{{history}}
{{role "user"}}
Hello
"""
GITHUB = """\
name: Greeter
model: openai/gpt-4o
modelParameters: {maxTokens: 50}
messages:
  - {role: system, content: "Greet {{who}}."}
  - {role: user, content: Hello}
testData:
  - {who: Ada, expected: Ada!}
  - {who: Max, expected: Max!}
evaluators:
  - {name: names, string: {contains: "{{expected}}"}}
"""
LANGFUSE = {
    "name": "greeter",
    "version": 3,
    "type": "chat",
    "prompt": [
        {"role": "system", "content": "Greet {{who}}."},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": "Hello {%"},
    ],
    "config": {"model": "gpt-4.1", "temperature": 0, "team": "a"},
    "labels": ["production"],
    "tags": ["demo"],
}
_TEMPLATE = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "prompts", "prompt", "PromptTemplate"],
    "kwargs": {"input_variables": ["who"], "template": "Greet {who}. {{ok}}", "template_format": "f-string"},
}
LANGCHAIN = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "prompts", "chat", "ChatPromptTemplate"],
    "kwargs": {
        "input_variables": ["who"],
        "messages": [
            {
                "lc": 1,
                "type": "constructor",
                "id": ["langchain", "prompts", "chat", "SystemMessagePromptTemplate"],
                "kwargs": {"prompt": _TEMPLATE},
            },
            {
                "lc": 1,
                "type": "constructor",
                "id": ["langchain", "prompts", "chat", "MessagesPlaceholder"],
                "kwargs": {"variable_name": "history", "optional": True},
            },
        ],
    },
}
LLM = """\
system: Greet $who. It costs $$5.
prompt: Hello ${who}
model: gpt-4.1
defaults: {who: Ada}
options: {temperature: 0}
"""


def test_prompty() -> None:
    found = only(PROMPTY, "greeter.prompty").value
    assert found["model"] == "gpt-4.1"
    assert found["metadata"] == {"name": "Greeter", "authors": ["Ada"]}
    assert found["inputs"]["who"] == {"type": "string", "examples": ["Ada"]}
    earlier = {"role": "user", "content": "before"}
    assert rendered(found, who="Ada", history=[earlier]) == [
        ("system", "Greet Ada.\n\nBe kind.\n"),
        ("user", "before"),
        ("user", "Hello"),
    ]


def test_dotprompt() -> None:
    found = only(DOTPROMPT, "greeter.prompt").value
    assert found["parameters"] == {"max_tokens": 50}
    assert found["output"]["required"] == ["greeting"]
    assert rendered(found, loud=True) == [("system", "Greet Ada.\nShout.\n"), ("user", "Hello")]
    assert rendered(found, who="Max") == [("system", "Greet Max.\n"), ("user", "Hello")]


def test_github_models() -> None:
    found = only(GITHUB, "greeter.prompt.yml")
    assert rendered(found.value, who="Ada") == [("system", "Greet Ada."), ("user", "Hello")]
    assert [dict(test.values) for test in found.tests] == [
        {"who": "Ada", "expected": "Ada!"},
        {"who": "Max", "expected": "Max!"},
    ]
    assert found.tests[0].expect == ({"contains": "{{ row.expected }}", "name": "names"},)


def test_langfuse() -> None:
    found = only(json.dumps(LANGFUSE), "greeter.json").value
    assert found["model"] == "gpt-4.1"
    assert found["metadata"]["config"] == {"team": "a"}
    assert rendered(found, who="Ada") == [("system", "Greet Ada."), ("user", "Hello {%")]


def test_langchain() -> None:
    found = only(json.dumps(LANGCHAIN), "greeter.json").value
    assert rendered(found, who="Ada") == [("system", "Greet Ada. {ok}")]
    saved = {"_type": "prompt", "input_variables": ["who"], "template": "Greet {who}", "partial_variables": {}}
    assert rendered(only(json.dumps(saved), "saved.json").value, who="Ada") == [("user", "Greet Ada")]


@pytest.mark.parametrize(
    "tag", ["{{#a}}x{{/a}}", "{{ #a}}", "{{a.b}}", "{{a-b}}", "{{{a}}}", "{{&a}}", "{{! a }}", "{{=<% %>=}}"]
)
def test_langchain_reads_plain_variables_of_mustache_alone(tag: str) -> None:
    saved = {"_type": "prompt", "template_format": "mustache", "template": "Greet\n{{ who }}"}
    assert rendered(only(json.dumps(saved), "saved.json").value, who="Ada") == [("user", "Greet\nAda")]
    with pytest.raises(UsageError, match="only plain variables of Mustache are read"):
        imported(json.dumps(saved | {"template": f"Greet {{{{ who }}}}\n{tag}"}), "saved.json")


def test_llm() -> None:
    found = only(LLM, "greeter.yaml").value
    assert rendered(found) == [("system", "Greet Ada. It costs $5."), ("user", "Hello Ada")]
    assert rendered(only("Say $input twice", "say.yaml", "llm").value, input="x") == [("user", "Say x twice")]


def test_text(tmp_path: Any) -> None:
    assert rendered(only("Greet {{ who }}, {% x %}", "greeter.md").value, who="Ada") == [("user", "Greet Ada, {% x %}")]
    (tmp_path / "user.md").write_text("Please: {{input}}")
    found = only("# You\nare kind\n", "kind/system.md", folder=tmp_path).value
    assert rendered(found, input="x") == [("system", "# You\nare kind"), ("user", "Please: x")]


@pytest.mark.parametrize(
    ("text", "file", "expected"),
    [
        (PROMPTY, "a.prompty", "prompty"),
        (DOTPROMPT, "a.prompt", "dotprompt"),
        (GITHUB, "a.prompt.yml", "github-models"),
        (GITHUB, "a.yaml", "github-models"),
        ("prompts: [a]", "promptfooconfig.yaml", "promptfoo"),
        ("prompts: [a]\nproviders: [echo]", "a.yaml", "promptfoo"),
        (json.dumps(LANGFUSE), "a.json", "langfuse"),
        (json.dumps(LANGCHAIN), "a.json", "langchain"),
        (LLM, "a.yaml", "llm"),
        ("# Hello", "a.md", "text"),
    ],
)
def test_a_file_tells_its_format(text: str, file: str, expected: str) -> None:
    from promptctl.adapters.import_files import source_of

    assert format_of(source_of(text.encode(), file, None)) == expected


@pytest.mark.parametrize(("text", "file"), [("a: 1", "a.yaml"), ("messages: []\nprompts: []", "a.yaml"), ("[]", "a")])
def test_what_nothing_or_too_much_speaks_for_lists_the_formats(text: str, file: str) -> None:
    with pytest.raises(UsageError) as caught:
        imported(text, file)
    assert caught.value.code == "PC140"
    assert caught.value.hint == f"pass --format: {', '.join(FORMATS)}"


@pytest.mark.parametrize(
    ("text", "file", "expected"),
    [
        (
            "---\nmodel: {api: completion, configuration: {azure_endpoint: '${ENV:X}'}}\nnew: 1\n---\nuser:\nHi\n",
            "a.prompty",
            [
                (2, "`model.api` is not the chat interface, the only one that promptctl speaks"),
                (2, "`model.configuration.azure_endpoint` belongs to a provider, which promptctl.toml sets"),
                (3, "`new` says nothing that promptctl knows"),
            ],
        ),
        (
            "---\nmodel: m\nconfig: {safetySettings: []}\noutput: {format: csv, schema: Recipe}\n---\nHi\n",
            "a.prompt",
            [
                (4, "`output.schema` names the schema `Recipe`, which stands in code elsewhere"),
                (4, "`output.format` is a form of answers that is not asked of a model here"),
                (3, "`config.safetySettings` is no parameter that promptctl knows to be sent"),
            ],
        ),
        (
            "messages:\n  - {role: user, content: Hi}\nevaluators:\n  - {name: a, uses: github/similarity}\n",
            "a.prompt.yml",
            [(4, "`evaluators[0]` judges by a model or by code that only GitHub has")],
        ),
        (
            "prompt: Hi\nfunctions: |\n  def f(): pass\nextract: true\n",
            "a.yaml",
            [
                (2, "`functions` is done by the llm program around the model's call"),
                (3, "`extract` is done by the llm program around the model's call"),
            ],
        ),
    ],
)
def test_what_is_left_out_is_named(text: str, file: str, expected: list[tuple[int, str]]) -> None:
    found = dropped(imported(text, file))
    assert [message for _, message in found] == [message for _, message in expected]
    if file != "a.yaml":
        assert [line for line, _ in found] == [line for line, _ in expected]


@pytest.mark.parametrize(
    ("text", "file", "place", "message"),
    [
        ("---\nx: 1\n---\n\nHi {{#if a}}\n", "a.prompt", "a.prompt:5", "`{{#if}}` is never closed"),
        ("---\nx: 1\n---\nuser:\nHi\n{{ a | load }}\n", "a.prompty", "a.prompty:6", "unknown filter `load`"),
        ('---\n---\n{% include "x.j2" %}\n', "a.prompty", "a.prompty:3", "it includes `x.j2`, another file"),
        ("system: Hi\nprompt: |\n  costs\n  5$ now\n", "a.yaml", "a.yaml:4", "`$` stands before no name"),
        ("---\ntemplate: mustache\n---\nHi\n", "a.prompty", "a.prompty:2", "its language is mustache"),
    ],
)
def test_a_template_that_cannot_be_said_is_refused_at_its_line(text: str, file: str, place: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        imported(text, file)
    problem = caught.value.problem
    assert problem.code == "PC143"
    assert message in problem.message
    assert str(problem.place).startswith(place)


def test_help_names_every_format() -> None:
    said = inspect.getdoc(command) or ""
    assert f"Formats: {', '.join(FORMATS)}." in " ".join(said.split())
