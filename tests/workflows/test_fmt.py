from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.files.made_trees import TextTree
from promptctl.core.prompts import scaffold
from promptctl.core.prompts.canonical import digest
from promptctl.errors import DocumentError, UsageError
from promptctl.workflows.fmt import fmt, write
from tests.support import STARTER, TRIAGE, build_files
from tests.versioning import LOCK, NAME, PROMPT

MESSY = """\
# Ours.
inputs:
    ticket: {type: string}   # what the customer wrote
messages:
- role: user
  content: "{{ ticket }}\\nAnswer."
# Why this model: it is fast.
model:   echo:echo
"""
NEAT = """\
# Why this model: it is fast.
model: echo:echo
# Ours.
inputs:
  ticket: {type: string}   # what the customer wrote
messages:
  - role: user
    content: |-
      {{ ticket }}
      Answer.
"""
SUITE = "gate: {pass_rate: {min: 1.0}}\ncases: [{name: a, inputs: {ticket: x}, expect: [{contains: x}]}]\n"


def project(**files: str) -> Project:
    return Project(TextTree({f"prompts/{path.replace('__', '/').replace('_yaml', '.yaml')}": text
                             for path, text in files.items()}))  # fmt: skip


def test_a_prompt_is_laid_out_and_means_the_same() -> None:
    found = project(p__prompt_yaml=MESSY)
    (file,) = fmt(found).files
    assert (file.path, file.before, file.after) == ("prompts/p/prompt.yaml", MESSY, NEAT)
    assert digest(project(p__prompt_yaml=NEAT).closure("p")) == digest(found.closure("p"))
    assert fmt(project(p__prompt_yaml=NEAT)).files == ()


def test_suites_and_the_lock_have_a_layout_too(folder: Path) -> None:
    lock = '{"prompts": {},\n "format": 1}'
    build_files(folder, STARTER | {"prompts/support/triage/eval.yaml": SUITE, LOCK: lock})
    result = fmt(Project(WorkTree(folder)))
    assert [file.path for file in result.files] == ["prompts/support/triage/eval.yaml", LOCK]
    assert result.looked_at == 3
    write(folder, result)
    assert (folder / LOCK).read_text() == '{"format": 1, "prompts": {}}\n'
    assert (folder / "prompts/support/triage/eval.yaml").read_text().startswith("cases: ")
    assert fmt(Project(WorkTree(folder))).files == ()


def test_a_right_file_is_not_touched(folder: Path) -> None:
    build_files(folder, STARTER | {"prompts/p/prompt.yaml": MESSY})
    right = folder / PROMPT
    before = right.stat()
    write(folder, fmt(Project(WorkTree(folder))))
    after = right.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (folder / "prompts/p/prompt.yaml").read_text() == NEAT


def test_line_ends_stay_as_the_file_has_them(folder: Path) -> None:
    crlf = {
        PROMPT: TRIAGE.replace("\n", "\r\n").encode(),
        "prompts/p/prompt.yaml": MESSY.replace("\n", "\r\n").encode(),
    }
    build_files(folder, {**STARTER, **crlf})
    result = fmt(Project(WorkTree(folder)))
    assert [file.path for file in result.files] == ["prompts/p/prompt.yaml"]
    write(folder, result)
    assert (folder / "prompts/p/prompt.yaml").read_bytes() == NEAT.replace("\n", "\r\n").encode()


def test_names_choose_the_prompts_and_leave_the_lock_out() -> None:
    found = project(p__prompt_yaml=MESSY, q__prompt_yaml=MESSY, **{"prompts.lock": "{"})
    assert [file.path for file in fmt(found, ["q"]).files] == ["prompts/q/prompt.yaml"]
    with pytest.raises(UsageError, match="there is no prompt `nobody`"):
        fmt(found, ["nobody"])


def test_every_file_that_cannot_be_read_is_named_at_once() -> None:
    with pytest.raises(DocumentError) as caught:
        fmt(
            project(
                a__prompt_yaml="template: [\n", b__prompt_yaml=MESSY, c__eval_yaml="", c__prompt_yaml="a: 1\na: 2\n"
            )
        )
    places = [str(problem.place) for problem in caught.value.problems]
    assert places == ["prompts/a/prompt.yaml:2:1", "prompts/c/prompt.yaml:2:1"]


def test_a_file_with_unknown_keys_is_laid_out_all_the_same() -> None:
    (file,) = fmt(project(p__prompt_yaml="zzz: 1\ntemplate:   Hi\n")).files
    assert file.after == "template: Hi\nzzz: 1\n"


@pytest.mark.parametrize(
    "wrong",
    [
        MESSY.replace("fast", "slow"),
        MESSY.replace("# Ours.\n", ""),
        MESSY.replace("Answer.", "Answer!"),
        MESSY.replace("type: string", "type: string, maxLength: 1"),
        MESSY.replace("echo:echo", "1"),
    ],
)
def test_a_layout_that_changes_more_is_refused(wrong: str) -> None:
    with pytest.raises(DocumentError, match="would change more than its layout") as caught:
        fmt(project(p__prompt_yaml=MESSY), lay_out=lambda text, tokens, order: wrong)
    assert caught.value.code == "PC125"


def test_what_new_writes_is_right_already() -> None:
    texts = {"p__prompt_yaml": scaffold.prompt_text("echo:echo", "me"), "p__eval_yaml": scaffold.suite_text()}
    assert fmt(project(**texts)).files == ()


def test_our_own_prompts_are_right() -> None:
    assert [file.path for file in fmt(Project(WorkTree(Path(__file__).parents[2]))).files] == []


def test_the_starter_of_our_tests_is_right() -> None:
    assert fmt(Project(TextTree(STARTER)), [NAME]).files == ()
