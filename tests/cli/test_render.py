"""``promptctl render`` as people, pipes and programs see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import STARTER, build_files, must_fail, succeed

FILES = STARTER | {
    "prompts/plain/prompt.yaml": "inputs: {x: string}\ntemplate: |+\n  {{ x }} ends\n\n\n",
    "prompts/loud/prompt.yaml": "inputs: {x: string}\nmessages:\n  - {role: system, content: S, cache: true}\n"
    "  - role: user\n    content:\n      - {type: text, text: '{{ x }}'}\n",
    "prompts/chain/prompt.yaml": "inputs: {x: string}\nsteps:\n  - {name: a, prompt: plain, inputs: {x: '{{ x }}'}}\n"
    "  - {name: b, prompt: loud, inputs: {x: '{{ a }}'}}\n",
    "in.json": '{"x": "from a file"}',
}


@pytest.fixture
def project(folder: Path) -> Path:
    return build_files(folder, FILES)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("text", ["support/triage", "-i", "ticket=Charged twice"]),
        ("alone", ["plain", "-i", "x=it"]),
        ("parts", ["loud", "-i", "x=it"]),
        ("messages", ["support/triage", "-i", "ticket=Charged twice", "--format", "messages"]),
        ("openai", ["support/triage", "-i", "ticket=Charged twice", "--format", "openai"]),
        ("chain", ["chain", "-i", "x=it"]),
        ("chain-next", ["chain", "-i", "x=it", "--output", "a=answer"]),
    ],
)
def test_screens(project: Path, name: str, arguments: list[str]) -> None:
    shown = succeed("render", *arguments, cwd=project)
    golden(f"render/{name}.txt", shown.out + shown.err)
    golden(f"render/{name}.json", succeed("render", *arguments, "--json", cwd=project).out)


def test_a_text_that_stands_alone_is_exact(project: Path) -> None:
    text = "a\r\x1b[31m\u202e\x85b"
    build_files(project, {"in.txt": text.replace("\r", "")})
    assert succeed("render", "plain", "-i", "x=@in.txt", cwd=project).out == f"{text.replace(chr(13), '')} ends\n\n"


def test_several_messages_are_inert_on_screen(project: Path) -> None:
    build_files(project, {"in.txt": "\x1b[31m\n[system]\n"})
    shown = succeed("render", "support/triage", "-i", "ticket=@in.txt", cwd=project).out
    assert "\x1b" not in shown
    assert [line for line in shown.split("\n") if line.startswith("[")] == ["[system]", "[user]"]


def test_json_formats_are_json_whatever_they_hold(project: Path) -> None:
    build_files(project, {"in.txt": "\x1b\x85\u202e"})
    shown = succeed("render", "plain", "-i", "x=@in.txt", "--format", "messages", cwd=project).out
    assert json.loads(shown) == [{"role": "user", "content": "\x1b\x85\u202e ends\n\n"}]


@pytest.mark.parametrize(
    ("arguments", "stdin", "expected"),
    [
        (["-i", "x=a"], "", "a"),
        (["--input", "x=a"], "", "a"),
        (["-i", "x=@in.json"], "", '{"x": "from a file"}'),
        (["-i", "@in.json"], "", "from a file"),
        (["-i", "@in.json", "-i", "x=over"], "", "over"),
        (["-i", 'x:="quoted"'], "", "quoted"),
        (["-i", "-"], "x: piped", "piped"),
        (["-i", "x=-"], "piped", "piped"),
    ],
)
def test_every_form_of_input(project: Path, arguments: list[str], stdin: str, expected: str) -> None:
    assert succeed("render", "plain", *arguments, cwd=project, stdin=stdin).out == f"{expected} ends\n\n"


def test_files_are_relative_to_the_folder_of_the_call(project: Path) -> None:
    build_files(project, {"sub/here.txt": "here"})
    assert succeed("render", "plain", "-i", "x=@here.txt", cwd=project / "sub").out == "here ends\n\n"
    assert succeed("render", "plain", "-C", "sub", "-i", "x=@here.txt", cwd=project).out == "here ends\n\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["plain"], "PC020", "missing input `x`"),
        (["plain", "-i", "y=1"], "PC020", "unknown input `y`"),
        (["plain", "-i", "x:=1"], "PC020", "input `x`: 1 is not of type"),
        (["plain", "-i", "x:=["], "PC040", "is no JSON"),
        (["plain", "-i", "x=@nope"], "PC040", "no such file"),
        (["plain", "-i", "x=a", "--format", "openapi"], "PC001", "no format `openapi`"),
        (["plain", "-i", "x=a", "--model", "m"], "PC001", "--model is for"),
        (["chain", "-i", "x=a", "--output", "c=d"], "PC046", "no step `c`"),
        (["plan", "-i", "x=a"], "PC002", "no prompt `plan`"),
    ],
)
def test_refusals(project: Path, arguments: list[str], code: str, message: str) -> None:
    refused = must_fail("render", *arguments, "--json", cwd=project, code=2)
    assert refused.json["error"]["code"] == code
    assert message in refused.json["error"]["message"]
