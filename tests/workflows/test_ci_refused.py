"""What ``ci`` refuses is what a change did: never what its base did since, and nothing that crossed histories hide."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.workflows.ci_refused import refused_findings
from tests.support import GitRepository, new_repository

FREEZE = "prompts/environments/prod/_freeze.yaml"


def _changed(found: GitRepository, branch: str, start: str, **texts: str) -> None:
    """A branch that has a commit more than where it starts."""
    found.git("checkout", "-q", "-B", branch, start)
    for name, text in texts.items():
        file = found.folder / {"freeze": FREEZE}.get(name, f"{name}.txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found.commit(message=branch)


@pytest.fixture
def team(tmp_path: Path) -> GitRepository:
    """``left`` and ``right`` begin where ``old`` is; ``left`` freezes, and ``main`` merged both."""
    found = new_repository(tmp_path / "work", {"a.txt": "a"})
    _changed(found, "old", "main", a="old")
    _changed(found, "right", "old", b="b")
    _changed(found, "left", "old", freeze="by: Ada\n")
    found.git("checkout", "-q", "-B", "main", "left")
    found.git("merge", "-q", "--no-ff", "-m", "both", "right")
    return found


def _refused(found: GitRepository) -> list[tuple[str, str]]:
    base = found.git("rev-parse", "main")
    findings = refused_findings(Repository(found.folder), base, untrusted=True)
    return [(it.code, it.place.file) for it in findings]


def test_what_the_base_did_since_is_not_the_change_s_doing(team: GitRepository) -> None:
    _changed(team, "topic", "old", c="c")
    assert _refused(team) == []


def test_what_the_change_did_is(team: GitRepository) -> None:
    _changed(team, "topic", "old", freeze="by: Mallory\n")
    assert _refused(team) == [("PC303", FREEZE)]


def test_a_change_that_merged_its_base_and_left_a_freeze_out_took_it_away(team: GitRepository) -> None:
    _changed(team, "topic", "old", c="c")
    team.git("merge", "-q", "-s", "ours", "-m", "merge main", "main")
    assert _refused(team) == [("PC303", FREEZE)]


def test_histories_that_cross_hide_nothing(team: GitRepository) -> None:
    """One best common ancestor is without the freeze, as the change is, and what merging makes of it has none."""
    team.git("checkout", "-q", "-B", "topic", "right")
    team.git("merge", "-q", "-s", "ours", "-m", "left without its freeze", "left")
    assert len(team.git("merge-base", "--all", "main", "topic").split()) == 2
    assert _refused(team) == [("PC303", FREEZE)]


def test_a_history_that_ends_is_compared_with_the_base(team: GitRepository, tmp_path: Path) -> None:
    _changed(team, "topic", "old", c="c")
    shallow = tmp_path / "shallow"
    team.git("clone", "-q", "--depth=2", "--no-single-branch", "-b", "topic", f"file://{team.folder}", str(shallow))
    clone = GitRepository(shallow)
    clone.git("branch", "main", "origin/main")
    assert clone.git("merge-base", "--all", "main", "topic")
    assert _refused(clone) == [("PC303", FREEZE)]
