"""``promptctl list``, ``show`` and ``hash`` as people, pipes and programs see them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import STARTER, build_files, must_fail, new_repository, succeed

RICH = """\
description: |
  Routes a ticket
  to a queue.
owner: support
tags: [support, triage]
metadata: {ticket: OPS-12}
formerly: [support/router]
model: {tier: balanced, max_latency_ms: 1500}
parameters: {temperature: 0, max_tokens: 200}
inputs:
  ticket: {type: string, description: The customer's own words., maxLength: 8000}
  queues: {type: array, items: {type: string}, default: [billing, other]}
  history: {type: array, default: []}
  anything: {}
messages:
  - role: system
    cache: true
    content: |
      {% include "./rules.j2" %}
      One of {{ queues | join(", ") }}. {{ anything }}
  - placeholder: history
  - role: user
    content:
      - {type: text, text: "{{ ticket }}"}
      - {type: image_url, image_url: {url: "https://example.org/{{ ticket }}.png", detail: low}}
output: {type: object, properties: {queue: {type: string}}, required: [queue]}
tools:
  - {name: look_up, description: Finds an order., parameters: {type: object}}
"""
FILES = STARTER | {
    "prompts/rich/prompt.yaml": RICH,
    "prompts/rich/rules.j2": "Be exact.\nBe brief.\n",
    "prompts/chain/prompt.yaml": "inputs: {ticket: string}\nsteps:\n"
    "  - {name: route, prompt: support/triage, inputs: {ticket: '{{ ticket }}'}}\n"
    "  - {name: check, prompt: support/triage, inputs: {ticket: '{{ route }}'}}\n",
}


def locked() -> str:
    digests = {"1.0.0": "sha256:" + "a" * 64, "1.1.0": "sha256:" + "b" * 64}
    entry = {"version": "1.1.0", "digest": digests["1.1.0"], "parts": {}, "releases": digests}
    return json.dumps({"format": 1, "prompts": {"rich": entry | {"retired": {"1.0.0": "leaks addresses"}}}})


@pytest.fixture
def project(folder: Path) -> Path:
    return build_files(folder, FILES | {"prompts/prompts.lock": locked()})


def test_list_screens(project: Path) -> None:
    golden("list/all.txt", succeed("list", cwd=project).out)
    golden("list/all.json", succeed("list", "--json", cwd=project).out)
    golden("list/tag.txt", succeed("list", "--tag", "triage", "--metadata", "ticket=OPS-12", cwd=project).out)
    nothing = succeed("list", "--owner", "nobody", cwd=project)
    assert (nothing.out, nothing.err) == ("no prompt matches\n", "")


def test_an_empty_registry_says_what_to_do(folder: Path) -> None:
    succeed("init", cwd=folder)
    shown = succeed("list", cwd=folder)
    assert (shown.out, shown.err) == ("no prompts yet\n", "next: promptctl new NAME\n")


def test_list_of_an_environment_names_the_state_it_read(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    shown = succeed("list", "--env", "prod", cwd=repository.folder)
    assert shown.out == "no prompt matches\n"
    assert re.fullmatch(r"as main at [0-9a-f]{7} says\n", shown.err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--metadata", "ticket"], "'ticket' is no fact"), (["--env", "prd"], "no environment `prd`")],
)
def test_list_refusals(tmp_path: Path, arguments: list[str], message: str) -> None:
    repository = new_repository(tmp_path / "r")
    assert message in must_fail("list", *arguments, cwd=repository.folder, code=2).err


def test_show_screens(project: Path) -> None:
    for name in ("rich", "chain", "support/triage"):
        screen = name.replace("/", "-")
        golden(f"show/{screen}.txt", succeed("show", name, cwd=project).out)
        golden(f"show/{screen}.json", succeed("show", name, "--json", cwd=project).out)


def test_show_follows_an_old_name(project: Path) -> None:
    assert succeed("show", "support/router", "--json", cwd=project).data["name"] == "rich"


def test_show_makes_text_inert(project: Path) -> None:
    build_files(project, {"prompts/evil/prompt.yaml": "template: \"\\e[31m{{ '\\u202e' }}\"\n"})
    shown = succeed("show", "evil", cwd=project)
    assert "\x1b" not in shown.out
    assert "\u202e" not in shown.out


def test_hash_screens(project: Path) -> None:
    golden("hash/digest.txt", succeed("hash", "rich", cwd=project).out)
    golden("hash/explain.txt", succeed("hash", "rich", "--explain", cwd=project).out)
    golden("hash/all.json", succeed("hash", "rich", "--json", cwd=project).out)


def test_the_canonical_form_can_be_hashed_with_other_tools(project: Path) -> None:
    form = succeed("hash", "rich", "--canonical", cwd=project).out
    again = hashlib.sha256(("promptctl/v1\n" + form).encode()).hexdigest()
    assert succeed("hash", "rich", cwd=project).out == f"sha256:{again}\n"


def test_hash_refusals(project: Path) -> None:
    assert "cannot be had together" in must_fail("hash", "rich", "--explain", "--canonical", cwd=project, code=2).err
    unknown = must_fail("hash", "rch", "--json", cwd=project, code=2).json["error"]
    assert (unknown["code"], unknown["hint"]) == ("PC002", "did you mean `rich`?")
