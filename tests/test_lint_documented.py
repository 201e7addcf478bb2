"""Every lint rule has a page whose examples are true: the first files have the finding, those instead have not."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.lint.rules import RULES, Rule
from promptctl.workflows.code import lint_code
from promptctl.workflows.lint import lint
from tests.console import Written, steps
from tests.docs_index import RULES as PAGES
from tests.docs_index import index
from tests.support import build_files

INSTEAD = "\n## Instead\n"


def test_there_is_a_page_for_each_rule() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == {rule.code for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_is_true(rule: Rule, folder: Path) -> None:
    text = (PAGES / f"{rule.code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {rule.code}: {rule.title}\n\n{rule.level.capitalize()}. {rule.why}\n\n")
    wrong, found, right = text.partition(INSTEAD)
    assert found
    assert rule.code in found_in(folder, wrong)
    if files(right):
        assert rule.code not in found_in(folder, right)


def files(part: str) -> dict[str, str]:
    """The files that a part of a page shows."""
    return {step.path: step.text for step in steps(part) if isinstance(step, Written)}


def found_in(folder: Path, part: str) -> set[str]:
    """The codes of all findings once these files are written."""
    build_files(folder, files(part))
    project = Project(WorkTree(folder))
    code = [path for path in files(part) if path.endswith(".py")]
    return {finding.code for finding in (*lint(project).findings, *lint_code(project, folder, code))}


def test_the_index_is_fresh() -> None:
    assert (PAGES / "README.md").read_text(encoding="utf-8") == index(PAGES), "python -m tests.docs_index"
