"""Cases that are added from the command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from tests.evals import FOLDER, NAME, Bench, bench
from tests.shipping import done, refused, run

SUITE = """\
# Tickets of last week.
repeat: 1
cases:
  - name: one   # the first
    inputs: {ticket: "one"}
    expect: [{icontains: one}]

gate:
  pass_rate: {min: 1}  # all
"""


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, SUITE) as found:
        yield found


def suite(it: Bench) -> str:
    return (it.folder / FOLDER / "eval.yaml").read_text()


def test_a_case_is_added_and_nothing_else_changes(it: Bench) -> None:
    data = done(
        it.folder, "eval", "add", NAME, "--case", "two", "-i", "ticket=no. 2", "--tag", "l=en",
        "--expect", "icontains: two", "--expect", "{length: {max: 9}, name: short}", "--json",
    ).data  # fmt: skip
    assert (data["prompt"], data["cases"]) == (NAME, 2)
    added = "  - name: two\n    tags: {l: en}\n    inputs: {ticket: no. 2}\n"
    added += "    expect: [{icontains: two}, {length: {max: 9}, name: short}]\n"
    assert suite(it) == SUITE.replace("\n\ngate", f"\n{added}\ngate")
    loaded = load_suite(Repository(it.folder).work, NAME)
    assert loaded is not None
    assert loaded.suite.cases[1].inputs == {"ticket": "no. 2"}


@pytest.mark.parametrize("case", ["two", "it's late", "late [urgent]?", "$HOME"])
def test_the_command_that_it_names_runs_the_case(it: Bench, case: str) -> None:
    added = done(it.folder, "eval", "add", NAME, "--case", case, "-i", "ticket=two", "--expect", "icontains: two")
    _, _, *arguments = shlex.split(added.err.partition("next: ")[2])
    ran = run(it.folder, "eval", *arguments, "--json", **it.environment)
    assert [sample["case"] for sample in ran.data["prompts"][0]["samples"]] == [case]


def test_the_answer_of_now_is_expected_only_if_asked(it: Bench) -> None:
    done(it.folder, "eval", "add", NAME, "--case", "as is", "-i", "ticket=abc", "--equals", **it.environment)
    assert "- equals: ABC\n" in suite(it) or "expect: [{equals: ABC}]" in suite(it)
    assert it.asked == 1
    assert it.eval().ok


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        (("--case", "one", "-i", "ticket=x", "--expect", "equals: x"), 2, "PC053"),
        (("--case", "two", "--expect", "equals: x"), 2, "PC066"),
        (("--case", "two", "-i", "ticket=x"), 2, "PC194"),
        (("--case", "two", "-i", "ticket=x", "--expect", "just text"), 2, "PC194"),
        (("--case", "two", "-i", "ticket=x", "--expect", "[}"), 2, "PC011"),
        (("--case", "two", "-i", "ticket=x", "--expect", "eqals: x"), 2, ""),
        (("--case", "two", "-i", "ticket={{ x }}", "--equals"), 2, "PC194"),
        (("--expect", "equals: x"), 2, ""),
    ],
)
def test_refused_with_nothing_changed(it: Bench, options: tuple[str, ...], code: int, error: str) -> None:
    it.server.always = None
    refused(it.folder, "eval", "add", NAME, *options, code=code, error=error, **it.environment)
    assert suite(it) == SUITE


def test_a_list_on_one_line_and_no_suite_at_all(it: Bench) -> None:
    text = "cases: [{name: a, inputs: {ticket: a}, expect: [{equals: A}]}]\n"
    it.write({"eval.yaml": text})
    options = ("--case", "two", "-i", "ticket=x", "--expect", "equals: X")
    refused(it.folder, "eval", "add", NAME, *options, code=2, error="PC195")
    assert suite(it) == text
    (it.folder / FOLDER / "eval.yaml").unlink()
    refused(it.folder, "eval", "add", NAME, *options, code=3, error="PC068")
