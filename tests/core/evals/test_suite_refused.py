"""What no eval.yaml may say, each with its place."""

from __future__ import annotations

from typing import Any

import pytest

from promptctl.errors import DocumentError
from tests.core.eval_samples import simple_suite, suite


@pytest.mark.parametrize(
    ("text", "code", "line", "message", "hint"),
    [
        ("cases: []", "PC012", 1, "cases", ""),
        ("repeat: 1", "PC012", 1, "lacks the key `cases`", ""),
        ("cases: [{name: a, expect: []}]", "PC012", 1, "expect", ""),
        ("cases: [{name: a}]", "PC012", 1, "lacks the key `expect`", ""),
        ("cases: [{expect: [contains: x]}]", "PC012", 1, "lacks the key `name`", ""),
        ("cases:\n - name: a\n   expect:\n   - contians: x", "PC012", 4, "unknown key `contians`", "`contains`"),
        ("cases:\n - name: a\n   expect:\n   - not_equal: x", "PC012", 4, "unknown key `not_equal`", "`not_equals`"),
        ("cases:\n - name: a\n   expected: []\n   expect: [contains: x]", "PC012", 3, "unknown key", "`expect`"),
        ("cases:\n - name: a\n   expect:\n   - name: n", "PC050", 4, "this one has none", "contains"),
        ("cases:\n - name: a\n   expect:\n   - contains: x\n     equals: y", "PC050", 4, "contains, equals", "dash"),
        ("cases:\n - name: a\n   expect:\n   - contains: x\n     name: cost", "PC050", 5, "a metric of every", "name"),
        ("cases:\n - name: a\n   expect:\n   - regex: '('", "PC051", 4, "`regex` is not a regular expression", ""),
        ("cases:\n - name: a\n   expect:\n   - not_regex: '('", "PC051", 4, "`not_regex` is not", ""),
        ("cases:\n - name: a\n   expect:\n   - word_count: {min: 3, max: 2}", "PC051", 4, "min 3 is greater", ""),
        ("cases:\n - name: a\n   expect:\n   - equals: '{{ row.x }}'", "PC054", 4, "no `row.x`", "row has nothing"),
        ("cases:\n - name: a\n   expect:\n   - equals: '{{ x }}!'", "PC054", 4, "'x' is undefined", "row has nothing"),
        ("cases:\n - name: a\n   expect:\n   - equals: |\n      a\n      {{ x", "PC054", 6, "a: ", ""),
        ("cases:\n - name: a\n   inputs: {tickt: x}\n   expect: [contains: x]", "PC053", 3, "`tickt`", "`ticket`"),
        ("cases:\n - {name: a, expect: [contains: x]}\n - {name: a, expect: [contains: x]}", "PC053", 3, "twice", ""),
        ('cases:\n - {name: "a\\tb", expect: [contains: x]}', "PC012", 2, "name", ""),
        ("cases:\n - dataset: nan.csv\n   expect: [contains: x]", "PC056", 2, "nan.csv:1: holds a value", ""),
        ("cases:\n - dataset: half.csv\n   expect: [contains: x]", "PC056", 2, "half.csv:1: holds a value", ""),
        ("cases:\n - dataset: empty.csv\n   expect: [contains: x]", "PC052", 2, "holds no rows", ""),
        ("cases:\n - dataset: other.csv\n   expect: [contains: x]", "PC052", 2, "was not read", ""),
        ("cases:\n - dataset: ../d.csv\n   expect: [contains: x]", "PC052", 2, "not a plain path", ""),
        ("cases:\n - dataset: /d.csv\n   expect: [contains: x]", "PC052", 2, "not a plain path", ""),
        ("cases:\n - dataset: C:d.csv\n   expect: [contains: x]", "PC052", 2, "not portable", ""),
        ("cases:\n - dataset: d.json\n   expect: [contains: x]", "PC052", 2, "neither a .jsonl nor a .csv", ""),
        ("cases:\n - dataset: bad.csv\n   expect: [contains: x]", "PC053", 2, "stands twice", ""),
        ("cases:\n - dataset: tag.csv\n   expect: [contains: x]", "PC053", 2, "tag.csv:1: the tag `a` is not", ""),
        ("cases:\n - dataset: name.csv\n   expect: [contains: x]", "PC053", 2, "name.csv:1: the column `name`", ""),
        ("cases:\n - dataset: bell.csv\n   expect: [contains: x]", "PC053", 2, "cannot name a case", ""),
        ("cases:\n - dataset: d.csv\n   expect:\n   - equals: '{{ row.quue }}'", "PC054", 4, "d.csv:1", "`queue`"),
        ("cases:\n - dataset: d.csv\n   expect:\n   - regex: '{{ row.queue }}('", "PC051", 4, "d.csv:1: `regex`", ""),
    ],
)
def test_refused(text: str, code: str, line: int, message: str, hint: str) -> None:
    rows: dict[str, Any] = {
        "empty.csv": [],
        "d.csv": [{"queue": "a"}],
        "bad.csv": [{"name": "a"}, {"name": "a"}],
        "tag.csv": [{"tags.a": [1]}],
        "name.csv": [{"name": [1]}],
        "bell.csv": [{"name": "\x07"}],
        "nan.csv": [{"ticket": float("nan")}],
        "half.csv": [{"note": "\ud800"}],
    }
    with pytest.raises(DocumentError) as caught:
        suite(text, rows)
    problem = caught.value.problem
    assert problem.code == code
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("eval.yaml", line)
    assert message in problem.message
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(
    ("gate", "path", "message", "hint"),
    [
        ("min_pass: 3", "min_pass", "more than the 2 answers", "raise `repeat`"),
        ("metrics: {polit: {min: 0.5}}", "metrics", "named `polit`", "`polite`"),
        ("metrics: {pass_rate: {min: 0.5}}", "metrics", "`pass_rate` is no metric", "gate.pass_rate"),
        ("segments: [langage]", "segments", "no case has the tag", "`language`"),
        ("pass_rate: {max_drop: 0.1}", "pass_rate", "`max_drop` compares", "gate.against"),
        ("metrics: {cost: {max_rise: 0.1}}", "metrics", "`max_rise` compares", "gate.against"),
    ],
)
def test_a_gate_that_nothing_could_be_held_to(gate: str, path: str, message: str, hint: str) -> None:
    with pytest.raises(DocumentError) as caught:
        suite(
            f"""
            repeat: 2
            cases: [{{name: a, tags: {{language: en}}, expect: [{{contains: x, name: polite}}]}}]
            gate: {{{gate}}}
            """
        )
    problem = caught.value.problem
    assert problem.code == "PC055"
    assert message in problem.message
    assert hint in (problem.hint or "")
    assert problem.place is not None
    assert problem.place.line == 4


@pytest.mark.parametrize(
    "gate",
    [
        "pass_rate: {min: 1.5}",
        "pass_rate: {max: 1}",
        "pass_rate: {}",
        "metrics: {cost: {max_drop: 0.1}}",
        "metrics: {polite: {max_rise: 0.1}}",
        "min_pass: 0",
        "inconclusive: maybe",
        "againts: prod",
    ],
)
def test_a_malformed_gate(gate: str) -> None:
    with pytest.raises(DocumentError) as caught:
        simple_suite(1, gate=gate)
    assert caught.value.code == "PC012"


def test_every_problem_of_a_file_is_told() -> None:
    with pytest.raises(DocumentError) as caught:
        suite("cases:\n - {name: a, expect: [regex: '(']}\n - {name: b, expect: [regex: ')']}")
    assert [problem.place.line for problem in caught.value.problems if problem.place] == [2, 3]
