from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.errors import UsageError
from promptctl.workflows.diff import diff
from tests.support import STARTER, TRIAGE, build_files, new_repository

SUITE = "cases:\n  - {name: a, inputs: {ticket: hello}, expect: [{contains: hello}]}\n"
TRIAGE_FILE = "prompts/support/triage/prompt.yaml"
CHAIN = "inputs: {t: string}\nsteps: [{name: one, prompt: support/triage, inputs: {ticket: '{{ t }}'}}]\n"


@pytest.fixture
def edited(folder: Path) -> Repository:
    """A committed prompt, changed in the work tree."""
    new_repository(folder)
    build_files(folder, {TRIAGE_FILE: TRIAGE.replace("8000", "9000"), "prompts/support/triage/eval.yaml": SUITE})
    return Repository(folder)


def test_a_bare_name_is_compared_with_the_last_commit(edited: Repository) -> None:
    found = diff(edited, "support/triage")
    assert (str(found.old.reference), str(found.new.reference)) == ("support/triage@git:HEAD", "support/triage")
    assert found.diff.contract.change == "minor"


def test_one_reference_is_compared_with_the_work_tree(edited: Repository) -> None:
    found = diff(edited, "support/triage@main")
    assert (found.old.commit is not None, found.new.commit) == (True, None)


def test_the_order_of_two_references_is_kept(edited: Repository) -> None:
    assert diff(edited, "support/triage", "support/triage@git:HEAD").diff.contract.change == "major"


def test_a_renamed_prompt_is_compared_with_its_old_name(folder: Path) -> None:
    repository = new_repository(folder)
    (folder / "prompts/help").mkdir()
    (folder / TRIAGE_FILE).rename(folder / "prompts/help/prompt.yaml")
    (folder / "prompts/help/prompt.yaml").write_text("formerly: [support/other, support/triage]\n" + TRIAGE)
    found = diff(Repository(repository.folder), "help")
    assert str(found.old.reference) == "support/triage@git:HEAD"
    assert not found.diff.differs


def test_a_prompt_that_no_commit_has_is_unknown_there(edited: Repository) -> None:
    build_files(edited.root, {"prompts/fresh/prompt.yaml": "template: x\n"})
    with pytest.raises(UsageError, match=r"there is no prompt `fresh` at "):
        diff(edited, "fresh")


def test_the_cases_of_the_new_side_are_rendered(edited: Repository) -> None:
    build_files(edited.root, {"prompts/shared/tone.j2": "Be warm.\n"})
    found = diff(edited, "support/triage", rendered=True)
    assert [(case.name, case.same) for case in found.cases or ()] == [("a", False)]


def test_without_a_suite_there_is_nothing_to_render(edited: Repository) -> None:
    with pytest.raises(UsageError, match=r"no eval\.yaml") as caught:
        diff(edited, "support/triage", "support/triage@git:HEAD", rendered=True)
    assert (caught.value.code, caught.value.hint) == ("PC030", "promptctl new --suite support/triage")


def test_a_chain_cannot_be_rendered_without_answers(folder: Path) -> None:
    repository = new_repository(folder, STARTER | {"prompts/chain/prompt.yaml": CHAIN})
    with pytest.raises(UsageError, match="is a chain") as caught:
        diff(Repository(repository.folder), "chain", rendered=True)
    assert (caught.value.code, caught.value.hint) == ("PC031", "compare its steps: support/triage")
