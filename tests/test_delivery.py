"""What others build on: the action, the hooks and our own workflow are as their pages say."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.github_runner import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PIN = re.compile("actions/checkout@[0-9a-f]{40}")


def page(name: str) -> str:
    return (ROOT / "docs/how-to" / name).read_text(encoding="utf-8")


def told(text: str) -> set[str]:
    """What the tables of a page explain."""
    return set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))


def example(text: str) -> dict[Any, Any]:
    """The first YAML file that a page shows."""
    found: dict[Any, Any] = yaml.safe_load(text.partition("```yaml")[2].partition("\n")[2].partition("```")[0])
    return found


def test_the_workflow_of_this_repository_uses_the_action_with_the_least_rights() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/prompts.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert (workflow["permissions"], job["permissions"]) == ({}, {"contents": "read"})
    assert "pull_request_target" not in workflow[True]
    checkout, action = job["steps"]
    assert PIN.fullmatch(checkout["uses"])
    assert checkout["with"]["persist-credentials"] is False
    assert action["uses"] == "./"


def test_values_reach_the_script_by_its_environment_alone() -> None:
    steps = ACTION["runs"]["steps"]
    assert not any("${{" in step["run"] for step in steps)
    given = [value for step in steps for value in step["env"].values()]
    inputs = {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"].keys() - {"comment"}}
    assert set(given) - inputs == {"${{ steps.promptctl.outputs.comment-file }}"}
    assert inputs <= set(given)


def test_the_token_reaches_the_comment_alone() -> None:
    with_token = [step["id"] for step in ACTION["runs"]["steps"] if "token" in str(step["env"])]
    assert with_token == ["comment"]


def test_the_page_of_the_action_explains_all_it_takes_and_gives() -> None:
    assert told(page("ci.md")) == ACTION["inputs"].keys() | ACTION["outputs"].keys()


def test_the_workflow_that_the_page_shows_has_the_least_rights() -> None:
    workflow = example(page("ci.md"))
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow[True].keys() == {"pull_request", "push"}
    checkout, action = workflow["jobs"]["prompts"]["steps"]
    assert PIN.fullmatch(checkout["uses"])
    assert checkout["uses"] in (ROOT / ".github/workflows/prompts.yml").read_text(encoding="utf-8")
    assert (checkout["with"], action["uses"]) == ({"persist-credentials": False}, "OWNER/promptctl@COMMIT")


def test_the_page_of_the_hooks_names_all_of_them() -> None:
    names = {hook["id"] for hook in HOOKS}
    (repository,) = example(page("hooks.md"))["repos"]
    assert told(page("hooks.md")) == {hook["id"] for hook in repository["hooks"]} == names
