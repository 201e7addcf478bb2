"""A split in a pointer: nothing else is promoted beside it, a rollback ends it, drift checks every arm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.moves.pointer import Pointer
from tests.shipping import NAME, done, hint, line, pointer_file, refused, run, served, shown
from tests.splitting import start_split
from tests.support import GitRepository


def test_a_split_refuses_promotions_until_a_rollback_ends_it(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    start_split(repository, "1.2.0")
    done(repository, "drift")
    done(repository, "status")
    ran = refused(repository, "promote", f"{NAME}@1.2.0", "staging", error="PC216")
    assert "promptctl rollout abort support/triage staging --reason" in hint(ran)
    assert served(repository) == "1.1.0"
    ran = done(repository, "rollback", NAME, "staging", "--reason", "the canary is worse")
    assert "the rollout triage-1.2.0 is over" in ran.out
    pointer = live(repository)
    assert (str(pointer.served.version), pointer.split) == ("1.1.0", None)
    assert pointer.previous
    assert str(pointer.previous.version) == "1.0.0"
    assert done(repository, "drift").code == 0
    done(repository, "promote", f"{NAME}@1.2.0", "staging")
    done(repository, "rollback", NAME, "staging", "--reason", "one step")
    assert served(repository) == "1.1.0"


@pytest.mark.parametrize("reference", [f"{NAME}@1.1.0", f"{NAME}@1.0.0"])
def test_a_rollback_to_a_version_ends_a_split(tmp_path: Path, reference: str) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    start_split(repository, "1.2.0")
    refused(repository, "rollback", f"{NAME}@1.2.0", "staging", "--reason", "never at 100 %", error="PC109")
    done(repository, "rollback", reference, "staging", "--reason", "the canary is worse")
    pointer = live(repository)
    assert (f"{NAME}@{pointer.served.version}", pointer.split) == (reference, None)


def test_an_arm_was_not_live_for_the_environment_after(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    start_split(repository, "1.2.0", 99)
    refused(repository, "promote", f"{NAME}@1.2.0", "prod", error="PC101")


def test_a_split_changed_by_hand_is_not_trusted(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    start_split(repository, "1.2.0", 5)
    text = shown(repository, pointer_file())
    path = pointer_file()
    for edited, said in (
        (
            re.sub(r"\b500\b", "501", text),
            "the rollout triage-1.2.0 in the pointer is not as its last move left it",
        ),
        (text.partition("split:")[0], "the pointer has no split, its last move says the rollout triage-1.2.0"),
    ):
        assert edited != text
        commit = repository.commit({path: edited})
        repository.git("update-ref", "refs/remotes/origin/main", commit)
        assert said in refused(repository, "bundle", "staging", error="PC129").err
        repair = next(it["repair"] for it in run(repository, "drift", "--json").data["findings"])
        assert repair == f"promptctl rollback {NAME}@1.0.0 staging --reason …"
    repository.git("push", "-q", "origin", "HEAD:main")
    words = repair.replace("…", "repair").split()[1:]
    done(repository, *words)
    assert done(repository, "drift").code == 0
    assert live(repository).split is None


def live(repository: GitRepository) -> Pointer:
    pointer = read_state(Repository(repository.folder)).live("staging", NAME)
    assert pointer
    return pointer


def test_drift_finds_an_arm_that_is_not_what_was_released(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    digest = start_split(repository, "1.2.0").arms[1].served.digest
    path = repository.folder / "prompts/environments/staging/support/triage.yaml"
    repository.commit(
        {str(path.relative_to(repository.folder)): path.read_text().replace(digest, "sha256:" + "0" * 64)}
    )
    repository.git("push", "-q", "origin", "main")
    found = run(repository, "drift", "--json")
    assert found.code == 1
    assert [it["kind"] for it in found.data["findings"] if it["level"] == "error"] == [
        "pointer-broken",
        "pointer-digest",
    ]
