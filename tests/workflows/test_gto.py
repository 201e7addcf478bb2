"""gto, another registry on Git tags, reads our releases: the same versions of the same prompts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from promptctl.workflows.history import history
from tests.support import GitRepository, new_repository, with_remote
from tests.versioning import NAME, PROMPT, copy_of, opened, plain, released, text

GTO = shutil.which("gto", path=str(Path(sys.executable).parent)) or shutil.which("gto")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(GTO is None, reason="the program gto is not installed (it is in the `dev` extra)"),
]
PLAIN = "plain-text"


def ten_releases(folder: Path) -> GitRepository:
    """Ten releases of one prompt, a candidate and a hotfix among them, and one of another."""
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made, {f"prompts/{PLAIN}/prompt.yaml": plain()})
    released(made, {PROMPT: text("rc")}, candidate=True)
    for word in ("one", "two", "three", "four", "five", "six", "seven"):
        released(made, {PROMPT: text(word)})
    made.git("switch", "-qc", "hotfix/x", f"prompts/{NAME}@v1.0.0")
    released(made, {PROMPT: text("a fix")}, step="patch")
    made.git("switch", "-q", "main")
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return copy_of(ten_releases, tmp_path)


def gto(repository: GitRepository, *arguments: str) -> Any:
    """What gto prints as JSON."""
    assert GTO
    done = subprocess.run([GTO, *arguments, "--json"], cwd=repository.folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_gto_shows_the_same_versions(repository: GitRepository) -> None:
    ours = [str(row.version) for row in history(opened(repository), NAME).versions]
    assert len(ours) == 10
    shown = gto(repository, "show", f"prompts/{NAME}")
    assert [row["version"].removeprefix("v") for row in shown] == ours
    overview = gto(repository, "show")
    assert {name: row["version"] for name, row in overview.items()} == {
        f"prompts/{NAME}": f"v{ours[0]}",
        f"prompts/{PLAIN}": "v1.0.0",
    }


def test_gto_tells_the_same_history(repository: GitRepository) -> None:
    ours = {str(row.version): row.commit for row in history(opened(repository), NAME).versions}
    told = [row for row in gto(repository, "history", f"prompts/{NAME}") if row["event"] == "registration"]
    theirs = {row["version"].removeprefix("v"): row["commit"] for row in told}
    assert theirs.keys() == ours.keys()
    assert all(str(ours[version]).startswith(commit) for version, commit in theirs.items())
