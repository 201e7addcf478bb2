"""Reading eval.yaml: cases, data sets, templates, gates, and everything that is refused with a place."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl import schemas
from promptctl.core.evals.gate import Bound, Gate
from promptctl.core.evals.suite import Suite, dataset_names, parse_suite, suite_digest
from promptctl.core.files.document import Document
from promptctl.core.scorers.registry import NEGATION, SCORERS, Expectation
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
