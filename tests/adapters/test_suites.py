"""Suites read from a tree: data sets typed by the inputs, cases that fit, functions of the repository itself."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from promptctl.adapters.project import Project
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.core.files.made_trees import TextTree
from promptctl.errors import DocumentError

PROMPT = """\
model: echo:echo
inputs:
  ticket: {type: string, maxLength: 20}
  count: {type: integer, default: 1}
template: "{{ ticket }} {{ count }}"
"""
DATASET = "cases:\n  - dataset: cases.csv\n    expect: [{equals: '{{ row.answer }}'}]\n"
SCORED = "cases:\n  - {name: a, inputs: {ticket: hi}, expect: [{contains: hi}, {python: '%s'}]}\n"


def load(suite: str, label: str = "", **files: str) -> LoadedSuite:
    """``files`` are those of the prompt's folder, ``__`` standing for a dot."""
    own = {f"prompts/a/b/{name.replace('__', '.')}": text for name, text in files.items()}
    tree = TextTree({"prompts/a/b/prompt.yaml": PROMPT, "prompts/a/b/eval.yaml": suite} | own, label)
    found = load_suite(Project(tree), "a/b")
    assert found
    return found


def problems(suite: str, **files: str) -> list[tuple[str, str, str]]:
    with pytest.raises(DocumentError) as caught:
        load(suite, **files).functions()
    return [(problem.code, str(problem.place), problem.message) for problem in caught.value.problems]


def test_a_prompt_without_a_suite_has_none() -> None:
    assert load_suite(Project(TextTree({"prompts/a/b/prompt.yaml": PROMPT})), "a/b") is None


def test_columns_fill_inputs_tags_names_and_the_row() -> None:
    text = "name,ticket,count,tags.language,answer\nfirst,hi,3,en,yes\n,ho,,,no\n"
    cases = load(DATASET, cases__csv=text).suite.cases
    assert [case.name for case in cases] == ["first", "cases.csv:2"]
    assert [dict(case.inputs) for case in cases] == [{"ticket": "hi", "count": 3}, {"ticket": "ho"}]
    assert [dict(case.tags) for case in cases] == [{"language": "en"}, {}]
    assert [dict(case.row) for case in cases] == [{"answer": "yes"}, {"answer": "no"}]
    assert [case.expect[0].argument for case in cases] == ["yes", "no"]


def test_values_of_json_lines_reach_expectations_with_their_types() -> None:
    lines = '{"ticket": "hi", "answer": {"queue": "billing"}}\n{"ticket": "ho", "answer": ["a", 1]}\n'
    cases = load(DATASET.replace(".csv", ".jsonl"), cases__jsonl=lines).suite.cases
    assert [case.expect[0].argument for case in cases] == [{"queue": "billing"}, ["a", 1]]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("ticket,count,answer\nhi,1,x\nhi,many,x\n", "prompts/a/b/cases.csv:3", '"many" is not of type "integer"'),
        ("ticket,answer\n" + "x" * 21 + ",y\n", "prompts/a/b/cases.csv:2", "is longer than 20 characters"),
        ("count,answer\n1,x\n", "prompts/a/b/cases.csv:2", "the input `ticket` is missing"),
    ],
)
def test_a_row_that_does_not_fit_is_told_with_its_line(text: str, place: str, message: str) -> None:
    ((code, where, said),) = problems(DATASET, cases__csv=text)
    assert (code, where) == ("PC066", place)
    assert message in said


def test_a_typed_row_that_does_not_fit_is_told_with_its_line() -> None:
    lines = '{"ticket": "hi", "answer": "x"}\n{"ticket": 5, "answer": "x"}\n'
    ((code, where, said),) = problems(DATASET.replace(".csv", ".jsonl"), cases__jsonl=lines)
    assert (code, where) == ("PC066", "prompts/a/b/cases.jsonl:2")
    assert "cases.jsonl:2: the input `ticket`: 5 is not of type" in said


def test_written_cases_that_do_not_fit_are_all_told_with_their_place() -> None:
    suite = """\
cases:
  - name: one
    inputs: {ticket: hi, count: many}
    expect: [{contains: a}]
  - name: two
    expect: [{contains: a}]
"""
    assert problems(suite) == [
        ("PC066", "prompts/a/b/eval.yaml:3:26", 'one: the input `count`: "many" is not of type "integer"'),
        ("PC066", "prompts/a/b/eval.yaml:5:5", "two: the input `ticket` is missing"),
    ]


def test_what_a_data_set_gives_to_every_row_is_told_once_where_it_stands() -> None:
    suite = DATASET.replace("    expect", "    inputs: {count: many}\n    expect")
    found = problems(suite, cases__csv="ticket,answer\nhi,x\nho,y\n")
    assert [(code, where) for code, where, _ in found] == [("PC066", "prompts/a/b/eval.yaml:3:14")]


@pytest.mark.parametrize("name", ["../cases.csv", "/etc/cases.csv", "a/../../cases.csv", "c:cases.csv", "cases.yaml"])
def test_a_data_set_outside_the_folder_is_refused(name: str) -> None:
    ((code, where, _),) = problems(DATASET.replace("cases.csv", name))
    assert (code, where) == ("PC052", "prompts/a/b/eval.yaml:2:5")


def test_a_missing_data_set_is_told_where_it_is_named() -> None:
    ((code, where, said),) = problems(DATASET)
    assert (code, where, said) == ("PC047", "prompts/a/b/eval.yaml:2:5", "there is no data set prompts/a/b/cases.csv")


def test_functions_come_from_the_prompts_folder_before_the_folder_of_all_prompts() -> None:
    own, shared = "def check(text, context):\n    return True\n", "def check(text, context):\n    return False\n"
    files = {
        "prompts/a/b/prompt.yaml": PROMPT,
        "prompts/a/b/eval.yaml": SCORED % "scorers:check",
        "prompts/scorers.py": shared,
    }
    found = load_suite(Project(TextTree(files)), "a/b")
    nearer = load_suite(Project(TextTree(files | {"prompts/a/b/scorers.py": own})), "a/b")
    assert found
    assert nearer
    assert found.functions()["scorers:check"]("", {}) is False
    assert nearer.functions()["scorers:check"]("", {}) is True
    assert found.digest != nearer.digest


def test_a_module_below_a_folder_is_named_with_dots() -> None:
    files = {
        "prompts/a/b/prompt.yaml": PROMPT,
        "prompts/a/b/eval.yaml": SCORED % "scoring.tone:kind",
        "prompts/scoring/tone.py": "def kind(text, context):\n    return 0.5\n",
    }
    found = load_suite(Project(TextTree(files)), "a/b")
    assert found
    assert found.functions()["scoring.tone:kind"]("", {}) == 0.5


def test_the_digest_follows_the_source_of_functions_and_not_what_the_suite_does_not_run() -> None:
    source = "def check(text, context):\n    return True\n"
    digests = [
        load(SCORED % "scorers:check", scorers__py=source).digest,
        load(SCORED % "scorers:check", scorers__py=source + "# other\n").digest,
        load(SCORED % "scorers:check", scorers__py=source, unused__py="x = 1").digest,
    ]
    assert digests[0] != digests[1]
    assert digests[0] == digests[2]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\ny = x / 0\n", 2, "scorers cannot be loaded: ZeroDivisionError: division by zero"),
        ("def check(:\n", 1, "scorers cannot be loaded: SyntaxError"),
        ("import sys\nsys.exit(0)\n", 2, "scorers cannot be loaded: SystemExit: 0"),
        ("\nimport no_such_module_anywhere\n", 2, "ModuleNotFoundError"),
        ("def other(text, context):\n    return True\n", None, "scorers has no function `check`"),
        ("check = 5\n", None, "scorers has no function `check`"),
    ],
)
def test_a_module_that_cannot_be_used_is_told_with_its_line(source: str, line: int | None, message: str) -> None:
    ((code, where, said),) = problems(SCORED % "scorers:check", scorers__py=source)
    assert code == "PC048"
    assert where == "prompts/a/b/scorers.py" + (f":{line}" if line else "")
    assert message in said


def test_a_missing_module_is_told_where_it_is_named() -> None:
    with pytest.raises(DocumentError) as caught:
        load(SCORED % "scorers:check")
    assert str(caught.value.problem.place) == "prompts/a/b/eval.yaml:2:63"
    assert caught.value.hint == "create prompts/a/b/scorers.py"


def test_a_module_is_plain_python_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Not run under our compiler flags, found by its own classes, and no part of standard output."""
    source = """\
from dataclasses import dataclass

@dataclass
class Wanted:
    word: "str"
    count: int = 1

print("loading")

def check(text, context):
    return Wanted.__annotations__["count"] is int and Wanted("a").word == "a"
"""
    functions: dict[str, Any] = load(SCORED % "scorers:check", scorers__py=source).functions()
    assert functions["scorers:check"]("", {}) is True
    assert capsys.readouterr().out == ""
    assert "scorers" not in sys.modules


def test_places_in_another_tree_are_called_by_its_label() -> None:
    with pytest.raises(DocumentError) as caught:
        load(DATASET, "v1.0.0", cases__csv="ticket,answer\n,\n" + "x" * 30 + ",\n")
    assert str(caught.value.problem.place) == "v1.0.0:prompts/a/b/cases.csv:3"
