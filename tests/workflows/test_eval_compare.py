"""``eval compare``: two pieces of evidence over the cases of both, by one suite; nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.evals.report import EvalReport
from promptctl.errors import StateError
from promptctl.workflows.eval_compare import compare_evidence
from tests.evals import FOLDER, NAME, PROMPT, Bench, Registry, bench, cases, registry

SUITE = cases("ok one", "no two", "ok three", gate={"pass_rate": {"min": 0.0}})
WORSE = PROMPT.replace('template: "', 'template: "please ').replace(
    "{{ ticket }}", "{{ ticket | replace('ok', 'on') }}"
)


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE) as found:
        found.done("eval")
        found.write({"prompt.yaml": WORSE})
        found.done("eval")
        assert found.asked == 6
        yield found


def compare(it: Bench, before: str, now: str) -> EvalReport:
    seen = it.files()
    found = compare_evidence(Repository(it.folder), before, now, it.folder, it.context)
    assert it.asked == 0
    assert it.files() == seen
    return found


def files(it: Bench) -> list[str]:
    return sorted(path.relative_to(it.folder).as_posix() for path in (it.folder / FOLDER / "evidence").iterdir())


def test_what_changed_comes_first_with_both_answers(it: Registry) -> None:
    found = compare(it, f"{NAME}@1.0.0", NAME)
    assert [(row.case, row.change) for row in found.rows] == [
        ("ok one", "lost"),
        ("ok three", "lost"),
        ("no two", None),
    ]
    assert (found.rows[0].before[0].text, found.rows[0].now[0].text) == ("OK ONE", "PLEASE ON ONE")
    assert found.sentence.startswith(f"pass: no drop of pass_rate shows against {NAME}@1.0.0 over 3 cases, lost ok one")
    rate = found.differences[0]
    assert (rate.metric, round(rate.before, 3), rate.now) == ("pass_rate", 0.667, 0)
    assert [run.label for run in found.runs] == ["1.0.0", "work"]


def test_versions_that_take_no_case_of_each_other_have_none_in_common(it: Registry) -> None:
    renamed = {"prompt.yaml": PROMPT.replace("ticket", "order"), "eval.yaml": SUITE.replace("ticket:", "order:")}
    it.write(renamed)
    it.done("eval")
    assert it.asked == 0
    found = compare(it, f"{NAME}@1.0.0", NAME)
    assert found.sentence == f"fail: {NAME}@1.0.0 and this have no judged case in common."


def test_the_other_way_round_gains(it: Registry) -> None:
    found = compare(it, NAME, f"{NAME}@1.0.0")
    assert [row.change for row in found.rows] == ["gained", "gained", None]
    assert found.ok


def test_a_drop_that_is_certain_fails(tmp_path: Path) -> None:
    with bench(tmp_path, cases(*(f"ok {number}" for number in range(8)), gate={"pass_rate": {"min": 0.0}})) as it:
        it.eval()
        it.write({"prompt.yaml": WORSE})
        it.eval()
        before, now = files(it)
        assert it.asked == 16
        outcomes = {compare(it, before, now).outcome, compare(it, now, before).outcome}
        assert outcomes == {"pass", "fail"}


def test_files_of_prompts_that_are_not_here_any_more_are_compared_as_recorded(it: Registry) -> None:
    it.write({"prompt.yaml": PROMPT.replace("m-1", "m-2"), "eval.yaml": cases("ok other")})
    one, two = (compare(it, *pair) for pair in (files(it), reversed(files(it))))
    assert {one.rows[0].change, two.rows[0].change} == {"lost", "gained"}
    assert all(row.now[0].text and row.before[0].text for row in one.rows)


def test_answers_of_before_are_scored_by_the_suite_of_now(it: Registry) -> None:
    it.write({"eval.yaml": cases("ok one", "no two", expect="[{icontains: please}]", gate={"pass_rate": {"min": 0.0}})})
    it.done("eval")
    assert it.asked == 0
    found = compare(it, f"{NAME}@1.0.0", NAME)
    assert [(row.case, row.before_outcome, row.outcome) for row in found.rows] == [
        ("ok one", "fail", "pass"),
        ("no two", "fail", "pass"),
    ]


def test_a_case_that_before_never_answered_stops_the_comparison(it: Registry) -> None:
    it.write({"eval.yaml": cases("ok one", "ok new", gate={"pass_rate": {"min": 0.0}})})
    it.done("eval")
    it.server.received.clear()
    with pytest.raises(StateError, match="no recorded reply for 1 case"):
        compare(it, f"{NAME}@1.0.0", NAME)


def test_different_suites_that_are_gone_cannot_be_compared(it: Registry) -> None:
    old = files(it)[0]
    it.write({"eval.yaml": cases("ok one", gate={"pass_rate": {"min": 0.0}})})
    it.done("eval")
    (new,) = set(files(it)) - {*files(it)[:0], *[path for path in files(it) if path.split("-")[1] == old.split("-")[1]]}
    it.write({"prompt.yaml": PROMPT.replace("m-1", "m-2")})
    with pytest.raises(StateError) as error:
        compare(it, old, new)
    assert error.value.code == "PC151"
