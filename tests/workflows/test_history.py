"""``history``: versions and moves of a prompt, and what ran when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from promptctl.errors import StateError, UsageError
from promptctl.workflows.history import HistoryResult, history, served_at
from tests.support import GitRepository, build_files, new_repository, succeed, with_remote
from tests.versioning import NAME, PROMPT, copy_of, locked, opened, plain, proposed, released, text


def moved(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    released(made, {PROMPT: text("one")})
    for seconds, arguments in (
        (1_800_000_000, ("promote", f"{NAME}@1.0.0", "staging", "--reason", "first")),
        (1_800_000_100, ("promote", f"{NAME}@1.1.0", "staging", "--reason", "second")),
        (1_800_000_200, ("promote", f"{NAME}@1.1.0", "prod", "--reason", "third")),
        (1_800_000_300, ("rollback", NAME, "staging", "--reason", "too brief")),
    ):
        succeed(*arguments, cwd=made.folder, environment={"GIT_COMMITTER_DATE": f"{seconds} +0000"})
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Two releases, promoted to staging and prod, and rolled back in staging."""
    return copy_of(moved, tmp_path)


def run(repository: GitRepository, name: str = NAME, environment: str | None = None) -> HistoryResult:
    return history(opened(repository), name, environment)


def test_versions_come_newest_first_with_where_they_are_live(repository: GitRepository) -> None:
    found = run(repository)
    assert [(str(row.version), row.live) for row in found.versions] == [("1.1.0", ("prod",)), ("1.0.0", ("staging",))]
    assert all(row.tagged and row.commit and row.digest and not row.fault for row in found.versions)
    assert found.ok


def test_moves_come_newest_first(repository: GitRepository) -> None:
    rows = [(row.environment, row.move.kind, row.move.reason) for row in run(repository).moves]
    assert sorted(rows) == sorted(
        [
            ("staging", "rollback", "too brief"),
            ("prod", "promote", "third"),
            ("staging", "promote", "second"),
            ("staging", "promote", "first"),
        ]
    )
    assert [row.move.serial for row in run(repository, environment="staging").moves] == [3, 2, 1]


def test_a_version_that_is_not_tagged_yet_is_listed(repository: GitRepository) -> None:
    proposed(repository, {PROMPT: text("two")})
    repository.git("pull", "-q", "--rebase", "origin", "main")
    repository.git("push", "-q", "origin", "main")
    row = run(repository).versions[0]
    assert (str(row.version), row.tagged, row.commit) == ("1.2.0", None, None)


def test_a_version_that_only_a_tag_knows_is_listed_with_the_digest_it_claims(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "hotfix/x", f"prompts/{NAME}@v1.0.0")
    released(repository, {PROMPT: text("a fix")}, step="patch")
    repository.git("switch", "-q", "main")
    versions = {str(row.version): row for row in run(repository).versions}
    assert list(versions) == ["1.1.0", "1.0.1", "1.0.0"]
    assert versions["1.0.1"].digest
    assert run(repository).ok


def test_versions_are_listed_in_their_own_order_not_by_time(tmp_path: Path) -> None:
    alone = new_repository(tmp_path / "r")
    released(alone)
    released(alone, {PROMPT: text("rc")}, candidate=True)
    for number in range(10):
        released(alone, {PROMPT: text(f"word {number}")})
    assert [str(row.version) for row in run(alone).versions] == [
        *(f"1.{number}.0" for number in range(10, 0, -1)),
        "1.1.0-rc.1",
        "1.0.0",
    ]


def test_a_prompt_without_releases_and_a_former_name(tmp_path: Path) -> None:
    alone = new_repository(tmp_path / "r")
    assert (run(alone).versions, run(alone).moves) == ((), ())
    build_files(alone.folder, {"prompts/plain/prompt.yaml": plain() + "formerly: [simple]\n"})
    locked(alone)
    assert run(alone, "simple").name == "plain"


def test_unknown_names_and_environments(repository: GitRepository) -> None:
    with pytest.raises(UsageError) as caught:
        run(repository, "support/triaje")
    assert caught.value.hint == "did you mean `support/triage`?"
    with pytest.raises(UsageError) as caught:
        run(repository, environment="prd")
    assert caught.value.code == "PC004"


def served(repository: GitRepository, seconds: int, environment: str | None = None) -> dict[str, str | None]:
    time = datetime.fromtimestamp(seconds, UTC).isoformat()
    rows = served_at(opened(repository), NAME, time, environment)
    return {row.environment: str(row.version) if row.version else None for row in rows}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-1, {"staging": None, "prod": None}),
        (0, {"staging": "1.0.0", "prod": None}),
        (99, {"staging": "1.0.0", "prod": None}),
        (100, {"staging": "1.1.0", "prod": None}),
        (250, {"staging": "1.1.0", "prod": "1.1.0"}),
        (10**8, {"staging": "1.0.0", "prod": "1.1.0"}),
    ],
)
def test_what_each_environment_served_at_a_time(
    repository: GitRepository, after: int, expected: dict[str, str | None]
) -> None:
    assert served(repository, 1_800_000_000 + after) == expected


def test_what_one_environment_served_at_a_time(repository: GitRepository) -> None:
    assert served(repository, 1_800_000_050, "staging") == {"staging": "1.0.0"}
    with pytest.raises(StateError, match="prod did not serve") as caught:
        served(repository, 1_800_000_050, "prod")
    assert (caught.value.code, caught.value.exit_code) == ("PC098", 3)


@pytest.mark.parametrize("time", ["1900-01-01T00:00Z", "1970-01-01T00:00:05Z", "0001-01-01T00:00:00Z"])
def test_before_everything_nothing_was_served(repository: GitRepository, time: str) -> None:
    assert {row.version for row in served_at(opened(repository), NAME, time)} == {None}


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "2026-01-01T00:00", "", "2026-01-01"])
def test_what_is_no_time(repository: GitRepository, time: str) -> None:
    with pytest.raises(UsageError):
        served_at(opened(repository), NAME, time, "staging")
