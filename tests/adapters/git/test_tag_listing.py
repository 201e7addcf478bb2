"""A tag read by itself is the one that a listing has, from this clone first, else as the remote last had it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.tag_listing import TagListing
from promptctl.adapters.git.tags import mirror_prefix
from promptctl.core.releases.version import version
from tests.support import GitRepository, new_repository

VERSIONS = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"]


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = new_repository(tmp_path / "r", {"prompts/a/prompt.yaml": "template: a\n"})
    for number, target in enumerate([["HEAD"], ["-am", "x", "HEAD"], ["-am", "x", "HEAD^{tree}"]]):
        made.git("tag", *target[:-1], f"prompts/a@v{VERSIONS[number]}", target[-1])
    made.git("tag", "-am", "nested", "prompts/a@v1.3.0", "prompts/a@v1.1.0")
    made.git("update-ref", f"{mirror_prefix('origin')}a@v1.4.0", "refs/tags/prompts/a@v1.1.0")
    made.git("update-ref", f"{mirror_prefix('origin')}a@v1.0.0", "refs/tags/prompts/a@v1.1.0")
    return made


@pytest.mark.parametrize("spelled", [*VERSIONS, "2.0.0"])
def test_it_is_as_listed(repository: GitRepository, spelled: str) -> None:
    listing = TagListing(Git(repository.folder), "origin")
    alone = listing.one("a", version(spelled))
    listing.expect(["a"])
    listed = listing.one("a", version(spelled))
    assert alone == (replace(listed, made="") if listed else None)
    assert (alone is None) == (spelled == "2.0.0")


def test_without_a_remote_its_mirror_is_not_looked_at(repository: GitRepository) -> None:
    assert TagListing(Git(repository.folder), None).one("a", version("1.4.0")) is None
