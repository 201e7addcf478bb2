from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import DocumentError
from promptctl.workflows.changed import ChangedPrompt, changed_prompts
from tests.support import STARTER, TRIAGE, GitRepository, build_files, new_repository
from tests.versioning import LOCK, NAME, PROMPT, TONE, locked, opened, plain, text

SUITE = "prompts/support/triage/eval.yaml"
CASES = "prompts/support/triage/cases.jsonl"
SUITES = {SUITE: "cases: [{dataset: cases.jsonl, expect: [{contains: x}]}]\n", CASES: '{"ticket": "x"}\n'}
CHAIN = "inputs: {t: string}\nsteps:\n  - {name: a, prompt: support/triage, inputs: {ticket: '{{ t }}'}}\n"


@pytest.fixture
def repository(folder: Path) -> GitRepository:
    others = {"prompts/other/prompt.yaml": plain(), "prompts/chain/prompt.yaml": CHAIN}
    found = new_repository(folder, STARTER | SUITES | others)
    locked(found)
    found.commit(message="lock")
    return found


def changed(repository: GitRepository) -> list[tuple[str, str, tuple[str, ...]]]:
    head = repository.git("rev-parse", "HEAD")
    return [(it.name, it.kind, it.reasons) for it in changed_prompts(opened(repository), head)]


CHAINED = ("chain", "changed", ("steps changed",))
EDITS: dict[str, tuple[dict[str, str], list[tuple[str, str, tuple[str, ...]]]]] = {
    "nothing": ({}, []),
    "layout and comments": ({PROMPT: TRIAGE.replace("owner: support", "owner:   me # x")}, []),
    "text": ({PROMPT: text("two")}, [CHAINED, (NAME, "changed", ("messages changed",))]),
    "a partial": ({TONE: "Be long.\n"}, [CHAINED, (NAME, "changed", ("shared/tone.j2 changed",))]),
    "a part more, a part less": (
        {PROMPT: TRIAGE.replace('      {% include "shared/tone.j2" %}\n', "") + "parameters: {temperature: 0}\n"},
        [CHAINED, (NAME, "changed", ("parameters added", "messages changed", "shared/tone.j2 removed"))],
    ),
    "a new prompt": ({"prompts/new/prompt.yaml": plain()}, [("new", "new", ())]),
    "a suite": ({SUITE: SUITES[SUITE] + "# stricter\n"}, [(NAME, "suite", ("eval.yaml",))]),
    "cases": ({CASES: '{"ticket": "y"}\n'}, [(NAME, "suite", ("cases.jsonl",))]),
    "a file of a suite more": ({"prompts/support/triage/score.py": "x = 1\n"}, [(NAME, "suite", ("score.py",))]),
    "a file of a prompt without a suite": ({"prompts/other/notes.md": "x\n"}, []),
    "replies": ({"prompts/support/triage/replies/0.jsonl": "{}\n"}, []),
    "line ends": ({SUITE: SUITES[SUITE].replace("\n", "\r\n"), PROMPT: TRIAGE.replace("\n", "\r\n")}, []),
    "what cannot be read": ({"prompts/other/prompt.yaml": "template: [\n"}, []),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_changed_and_why(repository: GitRepository, name: str) -> None:
    files, expected = EDITS[name]
    build_files(repository.folder, files)
    assert changed(repository) == expected


@pytest.mark.parametrize("written", ["'scorers:fine'", "{function: 'scorers:fine', min: 1}"])
def test_a_module_that_suites_share_changes_what_judges_them(repository: GitRepository, written: str) -> None:
    suite, module = SUITES[SUITE].replace("contains: x", f"python: {written}"), "prompts/scorers.py"
    build_files(repository.folder, {SUITE: suite, module: "def fine(text, context):\n    return bool(text)\n"})
    repository.commit(message="a module for all")
    assert changed(repository) == []
    build_files(repository.folder, {module: "def fine(text, context):\n    return True\n"})
    assert changed(repository) == [(NAME, "suite", (module,))]
    (repository.folder / module).unlink()
    assert changed(repository) == [(NAME, "suite", (module,))]


@pytest.mark.parametrize("file", ["cases.jsonl", "scorers.py"])
def test_files_of_a_prompt_inside_its_folder_judge_the_prompt_too(repository: GitRepository, file: str) -> None:
    inner = f"prompts/{NAME}/inner"
    suite = "cases: [{dataset: inner/cases.jsonl, expect: [{python: 'inner.scorers:fine'}]}]\n"
    files = {"cases.jsonl": '{"ticket": "x"}\n', "scorers.py": "x = 1\n", "prompt.yaml": plain()}
    build_files(repository.folder, {SUITE: suite} | {f"{inner}/{name}": content for name, content in files.items()})
    locked(repository)
    repository.commit(message="a prompt inside")
    assert changed(repository) == []
    build_files(repository.folder, {f"{inner}/{file}": files[file] * 2})
    assert changed(repository) == [(NAME, "suite", (f"{inner}/{file}",))]


def test_a_removed_and_a_renamed_prompt(repository: GitRepository) -> None:
    (repository.folder / "prompts/other/prompt.yaml").rename(repository.folder / "prompts/other/gone.txt")
    assert changed(repository) == [("other", "removed", ())]
    build_files(repository.folder, {"prompts/others/prompt.yaml": "formerly: [other]\n" + plain()})
    assert changed(repository) == []
    build_files(repository.folder, {"prompts/others/prompt.yaml": "formerly: [other]\n" + plain("Hi.")})
    assert changed(repository) == [("others", "changed", ("messages changed",))]


def test_a_base_without_a_lock_makes_everything_new(folder: Path) -> None:
    repository = new_repository(folder)
    assert changed(repository) == [(NAME, "new", ())]


def test_a_base_with_a_broken_lock_is_an_error(repository: GitRepository) -> None:
    repository.commit({LOCK: "{"})
    with pytest.raises(DocumentError):
        changed(repository)


def test_changes_are_values() -> None:
    assert ChangedPrompt(name="a", kind="new") == ChangedPrompt(name="a", kind="new", reasons=())


JUDGED = "cases: [{name: x, inputs: {ticket: x}, expect: [{not_judge: {prompt: other@1.0.0}}, {contains: x}]}]\n"


def test_prompts_under_a_judge_that_changed_are_judged_again(repository: GitRepository) -> None:
    repository.commit({SUITE: JUDGED}, "judge")
    assert changed(repository) == []
    build_files(repository.folder, {"prompts/other/prompt.yaml": plain("another")})
    assert changed(repository) == [("other", "changed", ("messages changed",)), (NAME, "suite", ("judge other",))]


@pytest.mark.parametrize("suite", ["cases: [\n", "cases: 5\n", "cases: [{expect: [5, {judge: [x]}]}]\n"])
def test_a_broken_suite_has_no_judges(repository: GitRepository, suite: str) -> None:
    repository.commit({SUITE: suite}, "break")
    build_files(repository.folder, {"prompts/other/prompt.yaml": plain("another")})
    assert changed(repository) == [("other", "changed", ("messages changed",))]
