"""``render``: text, messages, requests, states, chains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.repository import Repository
from promptctl.errors import UsageError
from promptctl.workflows.render import Rendered, render
from tests.support import STARTER, build_files, new_repository

SETTINGS = '[providers.relay]\nkind = "openai"\nbase_url = "https://relay.example/v1"\nkey = "RELAY_KEY"\n'
FILES = {
    "promptctl.toml": SETTINGS,
    "prompts/one/prompt.yaml": (
        "model: relay:m-1\nparameters: {max_tokens: 9}\ninputs: {x: string}\ntemplate: '<{{ x }}>'\n"
    ),
    "prompts/two/prompt.yaml": (
        "inputs: {x: string, history: {type: array, default: []}}\n"
        "messages:\n  - {role: system, content: S, cache: true}\n  - placeholder: history\n"
        "  - {role: user, content: '{{ x }}'}\n"
    ),
    "prompts/parts/prompt.yaml": (
        "inputs: {x: string}\nmessages:\n  - role: user\n    content:\n      - {type: text, text: '{{ x }}'}\n"
    ),
    "prompts/tier/prompt.yaml": "model: {tier: balanced}\ntemplate: hello\n",
    "prompts/late/prompt.yaml": "inputs: {history: array}\nmessages:\n  - placeholder: history\n",
    "prompts/chain/prompt.yaml": (
        "inputs: {x: string}\nsteps:\n  - {name: a, prompt: one, inputs: {x: '{{ x }}'}}\n"
        "  - {name: b, prompt: two, inputs: {x: '{{ a }}'}}\n"
    ),
}


def rendered(folder: Path, reference: str, given: dict[str, Any], **options: Any) -> Rendered:
    return render(Repository(build_files(folder, FILES)), reference, given, **options)


def test_one_text_message_stands_alone(folder: Path) -> None:
    done = rendered(folder, "one", {"x": "a"})
    assert done.messages == ({"role": "user", "content": "<a>"},)
    assert (done.alone, done.step, done.later, done.prompt) == (True, "", (), "one")


@pytest.mark.parametrize(
    ("name", "given"),
    [("two", {"x": "a"}), ("parts", {"x": "a"}), ("late", {"history": [{"role": "user", "content": "a"}]})],
)
def test_what_does_not_stand_alone(folder: Path, name: str, given: dict[str, Any]) -> None:
    assert not rendered(folder, name, given).alone


def test_a_request_in_each_wire_format(folder: Path) -> None:
    done = rendered(folder, "one", {"x": "a"}, wire="openai")
    assert done.request == {"model": "m-1", "messages": [{"role": "user", "content": "<a>"}], "max_tokens": 9}
    done = rendered(folder, "one", {"x": "a"}, wire="anthropic", model="claude-x")
    assert done.request == {"model": "claude-x", "messages": [{"role": "user", "content": "<a>"}], "max_tokens": 9}


@pytest.mark.parametrize(
    ("model", "sent"), [("openai:gpt-4.1", "gpt-4.1"), ("unknown:gpt", "unknown:gpt"), ("relay:", "relay:"), ("m", "m")]
)
def test_only_a_providers_name_is_taken_off_a_model(folder: Path, model: str, sent: str) -> None:
    done = rendered(folder, "tier", {}, wire="openai", model=model)
    assert done.request is not None
    assert done.request["model"] == sent


def test_a_request_needs_a_model(folder: Path) -> None:
    for name, message in (("tier", "names a tier"), ("two", "names no model")):
        with pytest.raises(UsageError, match=message):
            rendered(folder, name, {"x": ""} if name == "two" else {}, wire="openai")
    assert rendered(folder, "tier", {}).messages


def test_a_chain_step_by_step(folder: Path) -> None:
    first = rendered(folder, "chain", {"x": "T"})
    assert (first.step, first.prompt, first.later, first.messages[0]["content"]) == ("a", "one", ("b",), "<T>")
    second = rendered(folder, "chain", {"x": "T"}, outputs={"a": "A"})
    assert (second.step, second.prompt, second.later, second.messages[-1]["content"]) == ("b", "two", (), "A")
    again = rendered(folder, "chain", {"x": "T"}, outputs={"b": "B", "a": "A"})
    assert (again.step, again.later, again.messages) == (second.step, second.later, second.messages)


@pytest.mark.parametrize(
    ("name", "outputs", "hint"),
    [
        ("chain", {"aa": "x"}, "did you mean `a`?"),
        ("chain", {"z": "x"}, "steps: a, b"),
        ("one", {"a": "x"}, "it is no chain"),
    ],
)
def test_outputs_of_nobody(folder: Path, name: str, outputs: dict[str, str], hint: str) -> None:
    with pytest.raises(UsageError, match="has no step") as caught:
        rendered(folder, name, {"x": "T"}, outputs=outputs)
    assert (caught.value.code, caught.value.hint) == ("PC046", hint)


def test_an_output_is_text(folder: Path) -> None:
    with pytest.raises(UsageError, match="must be text"):
        rendered(folder, "chain", {"x": "T"}, outputs={"a": 3})


def test_another_state(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    repository.git("tag", "before")
    build_files(repository.folder, {"prompts/shared/tone.j2": "Be loud."})
    opened = Repository(repository.folder)
    assert render(opened, "support/triage", {"ticket": "x"}).messages[0]["content"].startswith("Be loud.")
    there = render(opened, "support/triage@before", {"ticket": "x"})
    assert there.messages[0]["content"].startswith(STARTER["prompts/shared/tone.j2"].strip())
    assert there.resolved.commit
