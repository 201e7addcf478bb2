"""``plan``: exactly what is due, everything that stands against it, and no change anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.shipping import NAME, OTHER, done, hint, line, promoted, refused, run, shell
from tests.snapshot import changed, snap
from tests.support import SETTINGS, GitRepository
from tests.versioning import breaking, released, text

PROMPT = f"prompts/{NAME}/prompt.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path)


def planned(repository: GitRepository, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    before = snap(repository)
    ran = run(repository, "plan", *arguments, "--json")
    assert ran.code == code, ran
    assert changed(before, snap(repository)) == set()
    found: list[dict[str, Any]] = ran.data["moves"]
    return found


def due(repository: GitRepository, environment: str, code: int = 0) -> list[str]:
    return [f"{move['prompt']}@{move['to']['version']}" for move in planned(repository, environment, code=code)]


def test_without_names_it_lists_exactly_what_is_due(repository: GitRepository) -> None:
    assert due(repository, "staging") == [f"{NAME}@1.2.0", f"{OTHER}@1.0.0"]
    assert due(repository, "prod") == []
    promoted(repository, "1.1.0")
    assert due(repository, "staging") == [f"{NAME}@1.2.0", f"{OTHER}@1.0.0"]
    assert due(repository, "prod") == [f"{NAME}@1.1.0"]
    done(repository, "promote", OTHER, "staging")
    done(repository, "promote", NAME, "staging")
    assert due(repository, "staging") == []
    assert due(repository, "prod") == [f"{NAME}@1.2.0", f"{OTHER}@1.0.0"]
    assert "nothing is due for staging" in done(repository, "plan", "staging").out


def test_new_is_what_nobody_decided_about_yet(repository: GitRepository) -> None:
    promoted(repository, "1.1.0", "1.2.0")
    names = run(repository, "plan", "--new", "--name-only", "staging")
    assert (names.code, names.out) == (0, f"{OTHER}@1.0.0\n")
    done(repository, "rollback", NAME, "staging", "--reason", "worse")
    assert due(repository, "staging") == [f"{NAME}@1.2.0", f"{OTHER}@1.0.0"]
    assert [move["prompt"] for move in planned(repository, "--new", "staging")] == [OTHER]
    done(repository, "promote", OTHER, "staging")
    assert done(repository, "plan", "--new", "staging").out.startswith("nothing is new for staging (read ")
    assert done(repository, "plan", "--new", "--name-only", "staging").out == ""
    assert run(repository, "plan", "--name-only", "--json", "staging").data["due"] == [f"{NAME}@1.2.0"]
    refused(repository, "plan", "--new", NAME, "staging", code=2, error="PC001")


def test_what_it_lists_is_what_promote_does(repository: GitRepository) -> None:
    promoted(repository, "1.0.0")
    ran = done(repository, "plan", "staging")
    command = ran.err.split("next: promptctl ")[1].strip().split()
    moved = done(repository, *command, "--json").data["moved"]
    assert [f"{move['prompt']}@{move['to']['version']}" for move in moved] == [f"{NAME}@1.2.0", f"{OTHER}@1.0.0"]


def test_named_versions_stay_in_the_next_command(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    ran = done(repository, "plan", f"{NAME}@1.0.0", "staging")
    assert f"next: promptctl promote {NAME}@1.0.0 staging" in ran.err


def test_what_is_locked_and_not_released_is_not_due(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    (repository.folder / PROMPT).write_text(text("some queue"))
    done(repository, "lock")
    repository.commit(message="lock")
    repository.git("push", "-q", "origin", "main")
    assert due(repository, "staging") == [f"{OTHER}@1.0.0"]


def test_contract_and_text_are_compared_with_what_is_live(repository: GitRepository) -> None:
    released(repository, {PROMPT: breaking("one queue")})
    promoted(repository, "1.2.0")
    move = planned(repository, NAME, "staging")[0]
    assert (move["direction"], move["class"], move["from"]["version"]) == ("upgrade", "major", "1.2.0")
    assert any("language" in reason for reason in move["reasons"])
    shown = done(repository, "plan", NAME, "staging").out
    assert f"{NAME}: 1.2.0 -> 2.0.0  upgrade" in shown
    assert "major" in shown
    assert "one queue" in shown


def test_every_refusal_is_listed_and_exits_1(repository: GitRepository) -> None:
    repository.commit({"promptctl.toml": SETTINGS.replace('after = "staging"', 'after = "staging"\napprovals = 1')})
    repository.git("push", "-q", "origin", "main")
    done(repository, "freeze", "prod", "--reason", "audit")
    move = planned(repository, f"{NAME}@1.2.0", "prod", code=1)[0]
    assert {refusal["code"] for refusal in move["refusals"]} == {"PC101", "PC102", "PC103"}
    assert all(refusal["hint"] for refusal in move["refusals"])


def test_a_first_one_is_called_so(repository: GitRepository) -> None:
    assert planned(repository, NAME, "staging")[0]["direction"] == "first"
    assert f"{NAME}: nothing -> 1.2.0  first" in done(repository, "plan", NAME, "staging").out


def test_the_same_one_is_called_so(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    assert f"{NAME}: 1.2.0 is served already" in done(repository, "plan", NAME, "staging").out


def test_a_fresh_clone_plans_without_asking_the_remote(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    assert due(clone, "staging") == [f"{NAME}@1.2.0", f"{OTHER}@1.0.0"]


@pytest.mark.parametrize("names", [[], [NAME]], ids=["all", "named"])
def test_a_shallow_clone_does_not_call_it_nothing(repository: GitRepository, tmp_path: Path, names: list[str]) -> None:
    promoted(repository, "1.0.0")
    clone = GitRepository(tmp_path / "clone")
    repository.git("clone", "-q", "--depth=1", f"file://{tmp_path}/origin.git", str(clone.folder))
    ran = refused(clone, "plan", *names, "staging", error="PC094")
    shell(clone, hint(ran))
    done(clone, "plan", *names, "staging")


@pytest.mark.parametrize("arguments", [["nowhere"], ["support/triag", "staging"], [f"{NAME}@branch", "staging"], []])
def test_what_names_nothing_is_a_usage_error(repository: GitRepository, arguments: list[str]) -> None:
    assert run(repository, "plan", *arguments).code == 2


def test_a_version_that_is_not_released_is_refused(repository: GitRepository) -> None:
    refused(repository, "plan", f"{NAME}@9.0.0", "staging", error="PC096")
