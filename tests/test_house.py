"""The house itself: one command for all checks, pinned actions with few rights, nothing but the library before that."""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SHOWN = [*WORKFLOWS, ROOT / "docs" / "how-to" / "ci.md"]


def test_ci_runs_the_one_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert lines[-1] == 'PROMPTCTL_TEST_SERVICES=required exec python3 -m tests "$@"'
    assert "set -eu" in lines


def test_the_command_needs_only_the_standard_library() -> None:
    own = {"tests.workflow_checks"}
    found = {"tests.__main__": _imported("__main__.py"), **{name: _imported(f"{name[6:]}.py") for name in own}}
    assert own <= found["tests.__main__"]
    others = {name for imported in found.values() for name in imported} - own
    assert {name.split(".")[0] for name in others} <= sys.stdlib_module_names
    assert (ROOT / "tests" / "__init__.py").read_text() == ""


def _imported(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    whole = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return whole | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_actions_are_pinned(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    pinned = (
        r"\./(  # zizmor: ignore\[self-repository\])?|OWNER/promptctl@COMMIT|[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+"
    )
    assert [action for action in used if not re.fullmatch(pinned, action)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_have_few_rights(path: Path) -> None:
    workflow: dict[str, Any] = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 30
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_checks_run_on_the_oldest_and_the_newest_python() -> None:
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text())["jobs"]["checks"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert job["steps"][-1] == {"run": ".ci/run"}
