"""Hooks judge the index: not the work tree, not what is only meant to be added, not what the commit leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promptctl.errors import StateError
from tests.snapshot import changed, snap
from tests.staging import judged, said, stage
from tests.support import STARTER, TONE, TRIAGE, GitRepository, build_files, new_repository
from tests.versioning import LOCK, PROMPT, locked, plain, text
from tests.versioning import TONE as TONE_FILE

BAD = TRIAGE.replace("{{ ticket }}", "{{ tickt }}")
L001, L002 = ("L001", PROMPT), ("L002", PROMPT)
MESSY = TRIAGE.replace("model: ", "model:   ")
SUITE = "prompts/support/triage/eval.yaml"
CHAIN = "steps:\n  - {name: a, prompt: support/triage, inputs: {ticket: x}}\n"
USER = "prompts/chain/prompt.yaml"
KEY = "ghp_" + "a1" * 18


@pytest.fixture
def repository(folder: Path) -> GitRepository:
    return new_repository(folder)


def test_nothing_staged_is_nothing_to_judge(repository: GitRepository) -> None:
    for kind in ("lint", "fmt", "lock-check", "pointer-check"):
        assert judged(repository, kind).judged == "nothing to judge"


@pytest.mark.parametrize(
    ("kind", "bad", "found"),
    [
        ("lint", BAD, {L001, L002}),
        ("fmt", MESSY, {("PC128", PROMPT)}),
        ("no-secrets", TRIAGE + f"# {KEY}\n", {("L031", PROMPT)}),
        ("lock-check", text("two queues"), {("modified", LOCK)}),
    ],
)
def test_what_is_staged_counts_and_not_what_lies_there(
    repository: GitRepository, kind: str, bad: str, found: set[tuple[str, str]]
) -> None:
    locked(repository)
    repository.commit(message="lock")
    good = TRIAGE + "# reviewed\n"
    stage(repository, {PROMPT: good})
    build_files(repository.folder, {PROMPT: bad})
    before = snap(repository)
    assert said(judged(repository, kind)) == set()
    repository.git("add", PROMPT)
    build_files(repository.folder, {PROMPT: good})
    before |= {"index": snap(repository)["index"], f"file {PROMPT}": snap(repository)[f"file {PROMPT}"]}
    assert said(judged(repository, kind)) == found
    assert changed(before, snap(repository)) == set()


def test_only_prompts_that_the_commit_touches_are_linted(repository: GitRepository) -> None:
    repository.commit({"prompts/old/prompt.yaml": "model: m\ntemplate: '{{ x }}'\n"})
    stage(repository, {"README.md": "Hi\n", PROMPT: TRIAGE + "# more\n"})
    assert (said(judged(repository, "lint")), judged(repository, "lint").judged) == (set(), "1 prompt")
    named = judged(repository, "lint", "prompts/old/prompt.yaml", "README.md")
    assert (said(named), named.judged) == ({("L001", "prompts/old/prompt.yaml")}, "2 prompts")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({TONE_FILE: "Be {{ how }}.\n"}, {("L001", TONE_FILE)}),
        ({TONE_FILE: None}, {("PC014", PROMPT)}),
        ({"prompts/deep.j2": "{{ how }}"}, {("L001", "prompts/deep.j2")}),
        ({"prompts/deep.j2": "<<<<<<< HEAD\n=======\n>>>>>>> theirs\n"}, {("L032", "prompts/deep.j2")}),
        ({SUITE: "cases: {}\n"}, {("PC012", SUITE)}),
        ({PROMPT: TRIAGE.replace("ticket", "text")}, {("L040", USER), ("L041", USER)}),
        ({PROMPT: None}, {("PC002", USER)}),
        ({"promptctl.toml": "[lint]\nrequire = ['description']\n"}, {("L010", USER)}),
        ({"prompts/Bad/prompt.yaml": plain()}, {("PC005", "prompts/Bad/prompt.yaml")}),
        ({"prompts/shared/TONE.j2": "x\n"}, {("L061", TONE_FILE)}),
        ({"prompts/unused.j2": "{{ x }}"}, set()),
        ({"docs/notes.md": "x"}, set()),
    ],
)  # fmt: skip
def test_a_change_is_judged_where_it_is_felt(
    repository: GitRepository, files: dict[str, str | None], found: set[tuple[str, str]]
) -> None:
    deep = TONE + "{% include 'deep.j2' %}"
    repository.commit({USER: CHAIN, TONE_FILE: deep, "prompts/deep.j2": "x"}, "more")
    for path, content in files.items():
        if content is None:
            repository.git("rm", "-q", "--cached", path)
        else:
            stage(repository, {path: content})
    assert said(judged(repository, "lint")) == found


def test_what_is_only_meant_to_be_added_is_not_there(repository: GitRepository) -> None:
    stage(repository, {"prompts/empty.j2": ""})
    build_files(repository.folder, {"prompts/x/prompt.yaml": "template: [", "prompts/y.j2": KEY})
    repository.git("add", "-N", "prompts/x/prompt.yaml", "prompts/y.j2")
    for kind in ("lint", "fmt", "lock-check", "no-secrets"):
        assert {path for _, path in said(judged(repository, kind))} <= {LOCK}
    assert judged(repository, "no-secrets").judged == "1 file"
    repository.git("add", "prompts/x/prompt.yaml")
    assert said(judged(repository, "lint")) == {("PC011", "prompts/x/prompt.yaml")}


def test_more_empty_files_than_a_command_line_takes(repository: GitRepository) -> None:
    empty = repository.git("hash-object", "-w", "--stdin", stdin="")
    folder = "/".join(["d" * 250] * 12)
    staged = "".join(f"100644 {empty} 0\tprompts/{folder}/{number}\n" for number in range(800))
    repository.git("update-index", "--index-info", stdin=staged)
    build_files(repository.folder, {"prompts/y.j2": KEY})
    repository.git("add", "-N", "prompts/y.j2")
    assert judged(repository, "no-secrets").judged == "800 files"


def test_the_index_that_git_names_is_the_one(repository: GitRepository) -> None:
    stage(repository, {PROMPT: BAD})
    other = repository.folder / ".git" / "next-index"
    other.write_bytes((repository.folder / ".git" / "index").read_bytes())
    repository.git("reset", "-q")
    assert said(judged(repository, "lint")) == set()
    for named in (str(other), os.path.relpath(other, repository.folder)):
        assert said(judged(repository, "lint", GIT_INDEX_FILE=named)) == {L001, L002}


def test_before_the_first_commit_everything_is_judged(folder: Path) -> None:
    repository = GitRepository(folder)
    repository.git("init", "-q", "-b", "main")
    stage(repository, STARTER | {PROMPT: BAD})
    assert said(judged(repository, "lint")) == {L001, L002}
    assert said(judged(repository, "lock-check")) == {("unlocked", LOCK)}


def test_files_that_are_not_merged_stop_every_hook(repository: GitRepository) -> None:
    repository.git("checkout", "-qb", "other")
    repository.commit({PROMPT: text("one")})
    repository.git("checkout", "-q", "main")
    repository.commit({PROMPT: text("two")})
    repository.git("merge", "other", check=False)
    for kind in ("lint", "fmt", "lock-check", "no-secrets"):
        with pytest.raises(StateError, match="is not merged yet") as caught:
            judged(repository, kind, PROMPT)
        assert caught.value.code == "PC127"
    stage(repository, {PROMPT: BAD})
    assert said(judged(repository, "lint")) == {L001, L002}


def test_a_linked_work_tree_has_its_own_index(repository: GitRepository, tmp_path: Path) -> None:
    linked = GitRepository(tmp_path / "linked")
    repository.git("worktree", "add", "-q", str(linked.folder))
    stage(linked, {PROMPT: BAD})
    assert said(judged(linked, "lint")) == {L001, L002}
    assert said(judged(repository, "lint")) == set()


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_line_ends_of_windows(repository: GitRepository, setting: str) -> None:
    repository.git("config", "core.autocrlf", setting)
    locked(repository)
    repository.commit(message="lock")
    stage(repository, {PROMPT: (TRIAGE + "# more\n").replace("\n", "\r\n").encode()})
    for kind in ("lint", "fmt", "lock-check"):
        assert said(judged(repository, kind)) == set()


def test_a_link_is_refused(repository: GitRepository) -> None:
    (repository.folder / "prompts/link.j2").symlink_to("/etc/passwd")
    repository.git("add", "-A")
    assert said(judged(repository, "lint")) == {("PC015", "prompts/link.j2")}
    assert judged(repository, "no-secrets").judged == "0 files"


def test_a_run_over_commits_starts_from_the_one_it_names(repository: GitRepository) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.commit({PROMPT: BAD})
    assert said(judged(repository, "lint")) == set()
    assert said(judged(repository, "lint", PRE_COMMIT_FROM_REF=first)) == {L001, L002}


def test_layouts_of_what_is_no_prompt_file_are_left_alone(repository: GitRepository) -> None:
    stage(
        repository, {"prompts/notes/x.yaml": "a:   1\n", "prompts/Bad/prompt.yaml": "a:   1\n", "prompts/a.j2": " \n"}
    )
    assert judged(repository, "fmt").judged == "nothing to judge"
    stage(repository, {LOCK: '{"format": 1,\n"prompts": {}}', SUITE: "cases: [\n"})
    assert said(judged(repository, "fmt")) == {("PC128", LOCK), ("PC011", SUITE)}


def test_the_lock_is_judged_by_what_the_commit_will_hold(repository: GitRepository) -> None:
    locked(repository)
    assert said(judged(repository, "lock-check", LOCK)) == {("unlocked", LOCK)}
    repository.git("add", LOCK)
    assert said(judged(repository, "lock-check")) == set()
    repository.commit(message="lock")
    repository.git("rm", "-q", "--cached", PROMPT)
    assert said(judged(repository, "lock-check")) == {("orphaned", LOCK)}


def test_a_malformed_lock_is_a_finding(repository: GitRepository) -> None:
    stage(repository, {LOCK: "{"})
    assert said(judged(repository, "lock-check")) == {("PC016", LOCK)}


@pytest.mark.parametrize(
    "path", ["cases.jsonl", "replies/0.jsonl", "evidence/0-1.json", "a.j2", "notes.md", "../../../promptctl.toml"]
)
def test_a_secret_is_found_in_every_kind_of_file_and_shown_nowhere(repository: GitRepository, path: str) -> None:
    path = os.path.normpath(f"prompts/support/triage/{path}")
    stage(repository, {path: f'{{"a": "x {KEY}"}}\n'})
    result = judged(repository, "no-secrets")
    assert said(result) == {("L031", path)}
    assert KEY not in repr(result)


def test_a_secret_of_the_environment_is_found_whatever_its_shape(repository: GitRepository) -> None:
    stage(repository, {"prompts/a.txt": "Say\nhunter2-hunter2-hunter2!\n"})
    assert said(judged(repository, "no-secrets")) == set()
    result = judged(repository, "no-secrets", RELAY_KEY="hunter2-hunter2-hunter2", HOME="/home")
    assert [str(finding.place) for finding in result.findings] == ["prompts/a.txt:2:1"]
    assert "hunter2" not in repr(result)


def test_a_secret_may_be_ignored_where_a_comment_can_stand(repository: GitRepository) -> None:
    owned = TRIAGE.replace("owner: support", f"owner: {KEY}  # promptctl: ignore L031")
    stage(repository, {"prompts/a.j2": f"{{# promptctl: ignore L031 #}}\n{KEY}\n", PROMPT: owned})
    assert said(judged(repository, "no-secrets")) == set()


def test_bytes_that_are_no_text_are_searched_too(repository: GitRepository) -> None:
    stage(
        repository,
        {"prompts/a.bin": b"\xff\xfe\0" + KEY.encode(), PROMPT: b"\xff# promptctl: ignore L031\n" + KEY.encode()},
    )
    assert said(judged(repository, "no-secrets")) == {("L031", "prompts/a.bin"), ("L031", PROMPT)}
