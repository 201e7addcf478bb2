"""``status``: always an answer, whatever it finds; exit 3 only where the state branch cannot be read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.shipping import (
    FOLDER,
    NAME,
    OTHER,
    done,
    hint,
    line,
    lived,
    moves_file,
    pointer_file,
    promoted,
    refused,
    shell,
)
from tests.snapshot import changed, snap
from tests.support import SETTINGS, GitRepository, build_files, new_repository
from tests.versioning import plain, text


def in_both(folder: Path) -> None:
    promoted(line(folder, staged=("1.1.0", "1.2.0")), "1.1.0", environment="prod")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return lived(in_both, tmp_path)


def data(repository: GitRepository) -> Any:
    return done(repository, "status", "--json").data


def pushed(repository: GitRepository, files: dict[str, str | bytes]) -> None:
    repository.commit(files, "by hand")
    repository.git("push", "-q", "origin", "main")


def test_prompts_against_environments(repository: GitRepository) -> None:
    before = snap(repository)
    rows = {row["prompt"]: row for row in data(repository)["prompts"]}
    assert {name: row["files"] for name, row in rows.items()} == {NAME: "locked", OTHER: "locked"}
    assert {where: it["version"] for where, it in rows[NAME]["served"].items()} == {"staging": "1.2.0", "prod": "1.1.0"}
    assert rows[OTHER]["served"] == {}
    assert changed(before, snap(repository)) == set()


def test_how_files_stand_to_the_lock(repository: GitRepository) -> None:
    build_files(
        repository.folder,
        {f"prompts/{NAME}/prompt.yaml": text("x"), "prompts/new/prompt.yaml": plain(), "prompts/bad/prompt.yaml": "["},
    )
    shutil.rmtree(repository.folder / "prompts/text")
    rows = {row["prompt"]: row["files"] for row in data(repository)["prompts"]}
    assert rows == {NAME: "modified", OTHER: "gone", "new": "unlocked", "bad": "unreadable"}


def test_a_prompt_that_only_an_environment_knows_is_shown(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "feature")
    shutil.rmtree(repository.folder / "prompts/support")
    (repository.folder / "prompts/prompts.lock").unlink()
    row = next(row for row in data(repository)["prompts"] if row["prompt"] == NAME)
    assert (row["files"], row["locked"], sorted(row["served"])) == ("gone", None, ["prod", "staging"])


def test_frozen_environments_are_shown(repository: GitRepository) -> None:
    done(repository, "freeze", "prod", "--reason", "audit")
    assert data(repository)["frozen"]["prod"].startswith("audit (Ada Tester <ada@example.org>, 20")
    assert "frozen: prod: audit" in done(repository, "status").out


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (pointer_file(), "not: [a pointer\n"),
        (pointer_file(), b"\xff\xfe"),
        (pointer_file(), "version: 01.0.0\n"),
        (f"{FOLDER}/prod/_freeze.yaml", "- frozen\n"),
        (f"{FOLDER}/prod/_freeze.yaml", "reason: 3\n"),
        ("prompts/prompts.lock", "{"),
        ("prompts/prompts.lock", b"\xff"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_shown(
    repository: GitRepository, path: str, content: str | bytes
) -> None:
    pushed(repository, {path: content})
    ran = done(repository, "status")
    assert f"broken: {path}" in ran.out or f":{path}" in ran.out
    assert NAME in ran.out
    assert "1.1.0" in ran.out


def test_a_pointer_that_is_gone_by_no_move_is_named(repository: GitRepository) -> None:
    (repository.folder / pointer_file()).unlink()
    pushed(repository, {})
    told = f"broken: {NAME} in staging: the pointer serves nothing, its last move says 1.2.0"
    assert told in done(repository, "status").out


def test_broken_moves_do_not_stop_it(repository: GitRepository) -> None:
    pushed(repository, {moves_file(): "{"})
    done(repository, "status")


def test_a_freeze_that_cannot_be_read_still_freezes_and_can_be_lifted(repository: GitRepository) -> None:
    pushed(repository, {f"{FOLDER}/staging/_freeze.yaml": "- frozen\n"})
    refused(repository, "promote", f"{NAME}@1.0.0", "staging", code=2)
    assert "staging" in data(repository)["frozen"]
    done(repository, "unfreeze", "staging", "--reason", "repaired")
    promoted(repository, "1.0.0")


def test_environments_that_settings_no_longer_name_are_shown(repository: GitRepository) -> None:
    pushed(repository, {"promptctl.toml": SETTINGS.split("[environments.prod]")[0]})
    assert data(repository)["environments"] == ["staging", "prod"]


def test_outside_a_prompt_repository_it_is_a_usage_error(tmp_path: Path) -> None:
    refused(tmp_path, "status", code=2)


def test_an_empty_repository_says_so(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "work", {"promptctl.toml": SETTINGS})
    assert "no prompts yet" in done(repository, "status").out


def test_before_the_first_commit_it_works(tmp_path: Path) -> None:
    repository = GitRepository(
        build_files(tmp_path / "work", {"promptctl.toml": SETTINGS, "prompts/a/prompt.yaml": plain()})
    )
    repository.git("init", "-q", "-b", "main")
    assert data(repository)["prompts"][0]["files"] == "unlocked"


def test_before_the_first_commit_a_write_is_refused(tmp_path: Path) -> None:
    repository = GitRepository(build_files(tmp_path / "work", {"promptctl.toml": SETTINGS}))
    repository.git("init", "-q", "-b", "main")
    ran = refused(repository, "freeze", "staging", "--reason", "x", error="PC116")
    shell(repository, hint(ran) + " -qm start")
    done(repository, "freeze", "staging", "--reason", "x")


def test_read_as_last_fetched(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    promoted(repository, "1.0.0")
    assert data(clone)["prompts"][0]["served"]["staging"]["version"] == "1.2.0"
    clone.git("fetch", "-q")
    assert data(clone)["prompts"][0]["served"]["staging"]["version"] == "1.0.0"


def test_in_a_shallow_clone_it_works(repository: GitRepository, tmp_path: Path) -> None:
    clone = GitRepository(tmp_path / "clone")
    repository.git("clone", "-q", "--depth=1", f"file://{tmp_path}/origin.git", str(clone.folder))
    assert data(clone)["prompts"][0]["served"]["staging"]["version"] == "1.2.0"
