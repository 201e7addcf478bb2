"""A split in a pointer: nothing else is promoted beside it, a rollback ends it, drift checks every arm."""

from __future__ import annotations

from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.shipping import NAME, done, line, refused, run, served
from tests.splitting import start_split


def test_a_split_refuses_promotions_until_a_rollback_ends_it(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    start_split(repository, "1.2.0")
    done(repository, "drift")
    done(repository, "status")
    refused(repository, "promote", f"{NAME}@1.2.0", "staging", error="PC216")
    assert served(repository) == "1.1.0"
    done(repository, "rollback", NAME, "staging", "--reason", "the canary is worse")
    pointer = read_state(Repository(repository.folder)).live("staging", NAME)
    assert pointer
    assert (str(pointer.served.version), pointer.split) == ("1.0.0", None)
    done(repository, "promote", f"{NAME}@1.2.0", "staging")


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
    assert [it["kind"] for it in found.data["findings"] if it["level"] == "error"] == ["pointer-digest"]
