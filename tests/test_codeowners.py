"""The example of CODEOWNERS names the owners of all that a review has to guard: by Git's own rules for patterns."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.core.moves.pointer import pointer_path
from promptctl.core.releases.lockfile import PATH as LOCK
from promptctl.workflows.approvals import SIGNERS

PAGE = Path(__file__).parents[1] / "docs/how-to/approvals.md"
OWNERS = {
    "promptctl.toml": "platform",
    SIGNERS: "platform",
    ".github/CODEOWNERS": "platform",
    ".github/workflows/promote.yml": "platform",
    pointer_path("prod", "support/triage"): "platform",
    "prompts/environments/prod/_freeze.yaml": "platform",
    "prompts/environments/prod/_approvals/support/triage@1.2.0/grace@example.org.yaml": "platform",
    LOCK: "prompts",
    "prompts/shared/tone.j2": "prompts",
    "prompts/text/summary/prompt.yaml": "prompts",
    pointer_path("staging", "support/triage"): "prompts",
    "prompts/support/triage/prompt.yaml": "support",
    "prompts/experiments/tone.yaml": "support",
    "prompts/support/triage/eval.yaml": "quality",
    "prompts/support/triage/cases.jsonl": "quality",
    "prompts/judges/helpful/prompt.yaml": "quality",
}


@pytest.fixture(scope="module")
def owners(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Who owns each path. A pattern matches as one of Git's ignore rules does; of several lines the last one counts."""
    folder = tmp_path_factory.mktemp("owners")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    example = next(block for block in PAGE.read_text().split("```") if block.startswith("text\n/prompts/"))
    found: dict[str, str] = {}
    for line in example.splitlines()[1:]:
        pattern, owner = line.split()
        (folder / "pattern").write_text(pattern)
        matching = ["git", "-c", f"core.excludesFile={folder}/pattern", "check-ignore", "--no-index", *OWNERS]
        told = subprocess.run(matching, cwd=folder, check=False, capture_output=True, text=True).stdout
        assert told, f"{pattern} covers nothing that is meant"
        found |= dict.fromkeys(told.splitlines(), owner.removeprefix("@acorn/"))
    return found


@pytest.mark.parametrize("path", OWNERS)
def test_each_file_has_the_owner_that_is_meant(owners: dict[str, str], path: str) -> None:
    assert owners.get(path) == OWNERS[path]
