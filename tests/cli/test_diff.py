"""``promptctl diff`` as people, pipes and programs see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import STARTER, TRIAGE, GitRepository, build_files, must_fail, new_repository, promptctl, succeed

SUITE = """\
cases:
  - {name: calm, inputs: {ticket: Help}, expect: [{contains: Help}]}
  - {name: angry, inputs: {ticket: Help, mood: angry}, expect: [{contains: Help}]}
"""
CHANGED = (
    TRIAGE.replace("8000}", "80}\n  mood: {type: string, default: calm}")
    .replace("Answer with a queue.", "Name one queue.\n      Nothing else.")
    .replace("{{ ticket }}", "{{ ticket }} ({{ mood }})")
    .replace("echo:echo", "gpt-4.1")
    + "output: {type: object, properties: {queue: {type: string}}}\n"
)


@pytest.fixture
def edited(folder: Path) -> Path:
    new_repository(folder)
    prompt = {"prompts/support/triage/prompt.yaml": CHANGED, "prompts/support/triage/eval.yaml": SUITE}
    build_files(folder, prompt | {"prompts/shared/tone.j2": "Be brief.\n"})
    return folder


def test_text_for_people(edited: Path) -> None:
    ran = succeed("diff", "support/triage", "--rendered", cwd=edited)
    golden("diff/text.txt", ran.out)
    assert ran.err == "next: promptctl lock\n"


def test_markdown_for_pull_requests(edited: Path) -> None:
    ran = succeed("diff", "support/triage@git:HEAD", "support/triage", "--rendered", "--format", "markdown", cwd=edited)
    golden("diff/page.md", ran.out)


def test_json_for_programs(edited: Path) -> None:
    ran = succeed("diff", "support/triage", "--rendered", "--json", cwd=edited)
    commit = ran.data["old"]["commit"]
    assert len(commit) == 40
    golden("diff/data.json", ran.out.replace(commit, "COMMIT"))


def test_no_difference(edited: Path) -> None:
    ran = succeed("diff", "support/triage", "support/triage", "--exit-code", cwd=edited)
    golden("diff/same.txt", ran.out)
    assert ran.err == ""


def test_exit_code_answers_whether_something_differs(edited: Path) -> None:
    ran = must_fail("diff", "support/triage", "--exit-code", "--json", cwd=edited, code=1)
    assert ran.json["ok"] is False
    assert ran.data["differs"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody",), "PC002", "there is no prompt `nobody`"),
        (("support/triage", "--format", "markdwon"), "PC001", "did you mean `markdown`?"),
        (("support/triage@nowhere", "support/triage"), "PC003", "nothing is called `nowhere`"),
        ((), "PC001", "missing argument"),
    ],
)
def test_what_cannot_be_compared_is_said(edited: Path, arguments: tuple[str, ...], code: str, said: str) -> None:
    ran = must_fail("diff", *arguments, cwd=edited, code=2)
    assert f"error[{code}]" in ran.err
    assert said in ran.err


def test_before_the_first_commit_there_is_nothing_to_compare_with(folder: Path) -> None:
    build_files(folder, STARTER)
    GitRepository(folder).git("init", "-q")
    ran = must_fail("diff", "support/triage", cwd=folder, code=2)
    assert "error[PC032]: there is no commit yet to compare with" in ran.err


def test_control_characters_of_a_prompt_do_not_reach_the_terminal(edited: Path) -> None:
    build_files(edited, {"prompts/support/triage/prompt.yaml": 'template: "a \\e[31m \\u202e b"\n'})
    ran = promptctl("diff", "support/triage", cwd=edited)
    assert "\\x1b[31m \\u202e" in ran.out
    assert "\x1b" not in ran.out
