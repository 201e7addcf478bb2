"""Our own prompts hold to what promptctl asks of anybody's, in a clone without tags and without a key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from promptctl.adapters.files import parse_yaml
from promptctl.core.releases.lockfile import parse_lock
from promptctl.core.releases.version import version
from tests.support import GitRepository, new_repository, succeed

ROOT = Path(__file__).parent.parent
POINTERS = sorted((ROOT / "prompts/environments").rglob("*.yaml"))


@pytest.fixture
def own(tmp_path: Path) -> GitRepository:
    """A repository with our prompts committed, as a checkout of CI has them: no tags, no history."""
    repository = new_repository(tmp_path / "own", {})
    shutil.copytree(ROOT / "prompts", repository.folder / "prompts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "promptctl.toml", repository.folder)
    repository.commit(message="prompts")
    return repository


def test_they_are_in_order(own: GitRepository) -> None:
    assert succeed("lint", "--json", cwd=own.folder).data["findings"] == []
    assert succeed("lock", "--check", "--json", cwd=own.folder).data["findings"] == []


def test_kept_evidence_follows_from_kept_replies(own: GitRepository) -> None:
    names = {row["name"] for row in succeed("list", "--json", cwd=own.folder).data["prompts"]}
    checks = succeed("eval", "verify", "--json", cwd=own.folder).data["evidence"]
    assert {check["outcome"] for check in checks} == {"reproduced"}
    assert {check["file"].removeprefix("prompts/").partition("/evidence/")[0] for check in checks} == names
    ran = succeed("eval", "--replies", "recorded", "--json", cwd=own.folder).data["prompts"]
    assert {row["prompt"] for row in ran if row["outcome"] == "pass" and not row["asked"]} == names
    assert own.git("status", "--porcelain") == ""


@pytest.mark.parametrize("path", POINTERS, ids=lambda path: path.relative_to(ROOT / "prompts/environments").as_posix())
def test_pointers_name_releases_of_the_lock(path: Path) -> None:
    pointer = parse_yaml(path.read_bytes(), path.name).value
    releases = parse_lock((ROOT / "prompts/prompts.lock").read_text()).prompts[pointer["prompt"]].releases
    assert releases[version(pointer["version"])] == pointer["digest"]


def test_every_prompt_is_served_in_prod(own: GitRepository) -> None:
    rows = succeed("status", "--json", cwd=own.folder).data["prompts"]
    assert [row["prompt"] for row in rows if set(row["served"]) != {"staging", "prod"}] == []
