"""``promptctl ci`` on a terminal and for programs; ``tests/test_action.py`` has it in a GitHub job."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden import golden
from tests.snapshot import changed, snap
from tests.support import STARTER, GitRepository, build_files, must_fail, new_repository, succeed
from tests.versioning import LOCK, NAME, PROMPT, TONE, text

SUITE = "prompts/support/triage/eval.yaml"
PROMPT_TEXT = 'model: echo:echo\ninputs: {ticket: string}\ntemplate: "{{ ticket }}"\n'
FILES = STARTER | {SUITE: "cases: [{name: echoes, inputs: {ticket: charged}, expect: [{contains: charged}]}]\n"}


@pytest.fixture
def repository(folder: Path) -> GitRepository:
    found = new_repository(folder, FILES)
    succeed("lock", cwd=folder)
    succeed("eval", cwd=folder)
    found.commit(message="lock")
    found.git("checkout", "-qb", "topic")
    return found


def test_nothing_changed(repository: GitRepository) -> None:
    before = snap(repository)
    assert succeed("ci", cwd=repository.folder).out == (
        "ok  changed: 0 prompts\n"
        "ok  not judged: nothing\n"
        "ok  lint: 1 prompt, nothing to report\n"
        "ok  lock: agrees with the files\n"
        "ok  suites: no suite to run\n"
        "pass: no prompt changed; no suite to run"
        f" (compared with {repository.git('rev-parse', '--short=7', 'HEAD')})\n"
    )
    assert changed(before, snap(repository)) == set()


def test_a_change_that_nobody_evaluated_is_refused_and_then_passes(repository: GitRepository) -> None:
    repository.commit({PROMPT: text("one queue")})
    ran = must_fail("ci", cwd=repository.folder, code=1)
    assert "no  lock: 1 finding\n" in ran.out
    assert re.search(f"{NAME}  .*messages changed  ", ran.out)
    assert "no recorded reply for 1 case" in ran.out
    succeed("lock", cwd=repository.folder)
    succeed("eval", cwd=repository.folder)
    repository.commit(message="lock")
    before = snap(repository)
    ran = succeed("ci", cwd=repository.folder)
    assert "ok  suites: 1 of 1 suite passed\n" in ran.out
    assert changed(before, snap(repository)) == set()


def test_programs_are_told_everything(repository: GitRepository) -> None:
    build_files(repository.folder, {TONE: "Be {{ how }}.\n"})
    data = must_fail("ci", "--json", cwd=repository.folder, code=1).data
    assert list(data) == [
        *("base", "outcome", "lint", "lock", "changed", "impacts", "evals", "plans", "unjudged", "notes"),
        *("asked", "spent"),
    ]
    assert data["base"] == repository.git("rev-parse", "HEAD")
    assert data["changed"] == [{"prompt": NAME, "kind": "changed", "reasons": ["shared/tone.j2 changed"]}]
    assert [found["code"] for found in data["lint"]["findings"]] == ["L001"]
    assert [found["code"] for found in data["lock"]["findings"]] == ["modified"]
    (suite,) = data["evals"]
    assert (suite["prompt"], suite["ok"], suite["outcome"]) == (NAME, False, "none")


def test_programs_get_the_same_bytes_of_the_same_change(repository: GitRepository) -> None:
    """All parts at once: a judged prompt whose callers break, one without replies, and environments before them."""
    code = 'prompts = promptctl.Prompts("prod")\nprompts.get("support/triage").render(ticket="x")\n'
    settings = (repository.folder / "promptctl.toml").read_text() + '[lint]\ncode = ["app"]\nignore = ["L002"]\n'
    other = {"prompts/other/prompt.yaml": PROMPT_TEXT, "prompts/other/eval.yaml": FILES[SUITE]}
    repository.commit({"app/main.py": code, "promptctl.toml": settings})
    repository.git("branch", "-qf", "main", "HEAD")
    build_files(repository.folder, {PROMPT: text("one queue").replace("inputs:", "inputs:\n  user: string")})
    build_files(repository.folder, {SUITE: FILES[SUITE].replace("{ticket", "{user: Ann, ticket")})
    succeed("lock", cwd=repository.folder)
    succeed("eval", cwd=repository.folder)
    build_files(repository.folder, other)
    succeed("lock", cwd=repository.folder)
    repository.commit(message="change")
    ran = must_fail("ci", "--json", cwd=repository.folder, code=1)
    assert ran.out == must_fail("ci", "--json", cwd=repository.folder, code=1).out
    golden("ci/change.json", re.sub(r"[0-9a-f]{40}|(?<= at )[0-9a-f]{7}", "COMMIT", ran.out))


def test_a_prompt_that_cannot_be_read_is_told_once(repository: GitRepository) -> None:
    build_files(repository.folder, {PROMPT: "template: [\n"})
    data = must_fail("ci", "--json", cwd=repository.folder, code=1).data
    assert [found["code"] for found in data["lint"]["findings"]] == ["PC011"]
    assert data["lock"]["findings"] == []
    assert [found["why"] for found in data["unjudged"]] == ["the lock: prompts of it cannot be read"]


def test_a_broken_lock_is_a_finding(repository: GitRepository) -> None:
    build_files(repository.folder, {LOCK: "{"})
    data = must_fail("ci", "--json", cwd=repository.folder, code=1).data
    assert [found["code"] for found in data["lint"]["findings"]] == ["PC016"]


def test_a_base_that_is_missing_is_neither_yes_nor_no(repository: GitRepository) -> None:
    data = must_fail("ci", "--base", "elsewhere", "--json", cwd=repository.folder, code=3).data
    assert (data["changed"], [found["ok"] for found in data["evals"]]) == (None, [True])
    (unknown,) = data["unjudged"]
    assert unknown["command"] == "git fetch --no-tags origin +refs/heads/elsewhere:refs/remotes/origin/elsewhere"
    assert (data["outcome"], unknown["decides"]) == ("unknown", True)


def test_a_suite_that_compares_with_what_is_missing_is_unknown(repository: GitRepository) -> None:
    repository.commit({SUITE: FILES[SUITE] + "gate: {against: staging}\n"})
    ran = succeed("ci", cwd=repository.folder)
    assert "1 of 1 suite passed" in ran.out
    repository.git("update-ref", "-d", "refs/heads/main")
    repository.git("remote", "add", "origin", "/nowhere")
    repository.git("config", "--replace-all", "remote.origin.fetch", "+refs/heads/x:refs/remotes/origin/x")
    ran = must_fail("ci", "--base", "HEAD~1", cwd=repository.folder, code=3)
    assert "??  not judged: " in ran.out


def test_two_ways_of_writing_to_one_place(repository: GitRepository) -> None:
    must_fail("ci", "--github", "--json", cwd=repository.folder, code=2)
