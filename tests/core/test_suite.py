"""Reading eval.yaml: cases, data sets, templates, gates, and everything that is refused with a place."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl import schemas
from promptctl.core.document import Document
from promptctl.core.gate import Bound, Gate
from promptctl.core.scorers.registry import NEGATION, SCORERS, Expectation
from promptctl.core.suite import Suite, dataset_names, parse_suite, suite_digest
from promptctl.errors import DocumentError
from tests.core.eval_samples import document, simple_suite, suite

FULL = """
    models: [gpt-4.1, claude-sonnet-4.5]
    repeat: 3
    cases:
      - name: refund goes to billing
        tags: {language: en, priority: 1}
        inputs: {ticket: "I was charged twice"}
        expect:
          - json_path: {path: $.queue, equals: billing}
          - not_contains: [refund policy]
          - contains: please
            name: polite
            weight: 2
      - dataset: cases.jsonl
        tags: {source: forum}
        inputs: {queues: [billing, other]}
        expect: [{equals: "{{ row.queue }}"}, {word_count: {max: "{{ row.words }}"}}]
    gate:
      pass_rate: {min: 0.95}
      metrics: {polite: {min: 0.85, max_drop: 0.02}, cost: {max_rise: 0.1}, latency_p95: {max: 900}}
      against: prod
      segments: [language]
      min_pass: 2
      inconclusive: pass
"""
ROWS = (
    {"ticket": "Help", "queue": "other", "words": 3, "tags.language": "en"},
    {"name": "angry", "ticket": "Hey!", "queue": "billing", "words": "9", "tags.language": "", "tags.source": "mail"},
)


def test_a_whole_suite() -> None:
    found = suite(FULL, {"cases.jsonl": ROWS})
    assert (found.models, found.repeat) == (("gpt-4.1", "claude-sonnet-4.5"), 3)
    written, first, second = found.cases
    assert written.name == "refund goes to billing"
    assert written.tags == {"language": "en", "priority": "1"}
    assert written.expect == (
        Expectation(kind="json_path", argument={"path": "$.queue", "equals": "billing"}, name="json_path"),
        Expectation(kind="contains", argument=["refund policy"], negate=True, name="not_contains"),
        Expectation(kind="contains", argument="please", name="polite", weight=2.0),
    )
    assert (first.name, first.tags) == ("cases.jsonl:1", {"language": "en", "source": "forum"})
    assert first.inputs == {"queues": ["billing", "other"], "ticket": "Help"}
    assert first.row == {"queue": "other", "words": 3}
    assert [expectation.argument for expectation in first.expect] == ["other", {"max": 3}]
    assert (second.name, second.tags) == ("angry", {"source": "mail"})
    assert [expectation.argument for expectation in second.expect] == ["billing", {"max": "9"}]
    assert found.gate == Gate(
        pass_rate=Bound(min=0.95),
        metrics={
            "polite": Bound(min=0.85, max_drop=0.02),
            "cost": Bound(max_rise=0.1),
            "latency_p95": Bound(max=900.0),
        },
        against="prod",
        segments=("language",),
        min_pass=2,
        inconclusive="pass",
    )


def test_what_is_not_written() -> None:
    found = suite("cases: [{name: a, expect: [contains: x]}]")
    assert (found.models, found.repeat) == ((), 1)
    assert found.gate == Gate(pass_rate=Bound(min=1.0), min_pass=1, inconclusive="fail")
    assert simple_suite(1, repeat=4).gate.min_pass == 4
    assert simple_suite(1, gate="against: prod, pass_rate: {max_drop: 0.1}").gate.pass_rate == Bound(
        min=1, max_drop=0.1
    )


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("{{ row.x }}", {"x": "a\n"}, "a\n"),
        ("{{ row.x }}", {"x": "12"}, "12"),
        ("{{ row.x }}", {"x": "{{ row.y }}"}, "{{ row.y }}"),
        ("{{ row.items }}", {"items": "a"}, "a"),
        ("{{row.x}} and {{ inputs.ticket | upper }}", {"x": 1}, "1 and HELP"),
        ("{% if row.x %}yes{% else %}no{% endif %}", {"x": ""}, "no"),
        ("{{ 'braces' }}", {}, "braces"),
        ("a } b { c", {}, "a } b { c"),
        ("plain\n", {}, "plain\n"),
    ],
)
def test_templates_in_arguments(text: str, row: dict[str, Any], expected: str) -> None:
    quoted = text.replace("'", "''").replace("\n", "\n\n")
    found = suite(
        f"cases: [{{dataset: d.csv, inputs: {{ticket: help}}, expect: [{{equals: '{quoted}'}}]}}]", {"d.csv": [row]}
    )
    assert found.cases[0].expect[0].argument == expected


def test_a_value_that_stands_alone_keeps_its_type() -> None:
    found = suite(
        """
        cases:
          - dataset: d.jsonl
            expect:
              - one_of: "{{ row.options }}"
              - json_path: {path: $.n, equals: "{{ row.n }}"}
              - is_json: "{{ row.shape }}"
        """,
        {"d.jsonl": [{"options": ["a", "b"], "n": 3, "shape": {"type": "object"}}]},
    )
    assert [expectation.argument for expectation in found.cases[0].expect] == [
        ["a", "b"],
        {"path": "$.n", "equals": 3},
        {"type": "object"},
    ]


def test_a_column_that_is_an_input_is_no_name() -> None:
    found = suite("cases: [{dataset: d.csv, expect: [contains: x]}]", {"d.csv": [{"name": "Ada"}]}, inputs=["name"])
    assert (found.cases[0].name, found.cases[0].inputs) == ("d.csv:1", {"name": "Ada"})


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


def test_dataset_names() -> None:
    text = """
        cases:
          - {dataset: b.csv, expect: [contains: x]}
          - {name: a, expect: [contains: x]}
          - {dataset: data/a.jsonl, expect: [contains: x]}
          - {dataset: b.csv, expect: [equals: x]}
    """
    assert dataset_names(document(text)) == ("b.csv", "data/a.jsonl")


def test_functions() -> None:
    found = suite(
        "cases: [{name: a, expect: [{python: m:g}, {not_python: {function: m.n:f, min: 0.5}}, {python: m:g}]}]"
    )
    assert found.functions == ("m.n:f", "m:g")


def test_the_schema_names_every_kind_and_no_other() -> None:
    properties = schemas.load("eval")["$defs"]["expectation"]["properties"]
    assert set(properties) - {"name", "weight"} == set(SCORERS) | {NEGATION + kind for kind in SCORERS}
    assert all(properties[kind]["description"] == scorer.meaning for kind, scorer in SCORERS.items())


FIRST = "{name: a, inputs: {ticket: t}, tags: {l: en}, expect: [{contains: x}]}"
SECOND = "{name: b, expect: [{equals: y}]}"
BASE = f"cases: [{FIRST}, {SECOND}]"
REORDERED = f"cases: [{SECOND}, {FIRST}]"


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (BASE + "\ngate: {pass_rate: {min: 0.5}}", True),
        ("# a comment\n" + BASE, True),
        (REORDERED, True),
        (BASE.replace("ticket: t", "ticket: u"), False),
        (BASE.replace("en", "de"), False),
        (BASE.replace("contains: x", "contains: z"), False),
        (BASE.replace("contains: x", "not_contains: x"), False),
        (BASE.replace("contains: x", "contains: x, weight: 2"), False),
        (BASE.replace("name: b", "name: c"), False),
        (BASE + "\nrepeat: 2", False),
        (BASE + "\nmodels: [m]", False),
    ],
)
def test_digest_covers_what_can_change_a_score(changed: str, same: bool) -> None:
    assert (suite_digest(suite(changed), {}) == suite_digest(suite(BASE), {})) is same


def test_digest_covers_rows_and_sources() -> None:
    text = "cases: [{dataset: d.csv, expect: [contains: x]}]"
    first, second = (suite(text, {"d.csv": [{"note": note}]}) for note in "ab")
    assert suite_digest(first, {}) != suite_digest(second, {})
    assert suite_digest(first, {"m": "sha256:1"}) != suite_digest(first, {"m": "sha256:2"})
    assert suite_digest(first, {"a": "1", "b": "2"}) == suite_digest(first, {"b": "2", "a": "1"})


def test_digest_is_pinned() -> None:
    """Recorded evidence is found by this digest: a change of its form orphans all of it."""
    expected = "sha256:45a881095e141909961820f84ce93d164b4718459ebbe87da726c3a7e94f7fb3"
    assert suite_digest(suite(BASE), {"m": "sha256:1"}) == expected


keys = st.sampled_from(["cases", "name", "expect", "dataset", "inputs", "tags", "gate", "repeat", "contains", "regex"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("{{ row.x }}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)
expectations = st.dictionaries(st.sampled_from([*SCORERS, "not_contains", "name", "weight"]), anything, min_size=1)
entries = st.fixed_dictionaries(
    {"expect": st.lists(expectations, min_size=1, max_size=2)},
    optional={"name": anything, "dataset": st.just("d.csv"), "inputs": anything, "tags": anything},
)


@given(anything | st.fixed_dictionaries({"cases": st.lists(entries)}, optional={"gate": anything, "repeat": anything}))
def test_whatever_a_file_holds_it_is_a_suite_or_an_error_in_that_file(value: Any) -> None:
    found: Suite | None = None
    rows = {"d.csv": [{"x": "1"}, {"x": "2"}]}
    with contextlib.suppress(DocumentError):
        found = parse_suite(Document("eval.yaml", value), rows, frozenset({"ticket"}))
    if found is not None:
        assert found.cases
        assert all(case.expect for case in found.cases)
        assert suite_digest(found, {}).startswith("sha256:")
