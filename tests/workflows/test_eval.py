"""``eval``: which cases, which suite, what is said and what is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.evals.selection import Selection
from promptctl.errors import StateError, UsageError
from promptctl.workflows.eval_plan import plan_suite, suites_of
from tests.evals import FOLDER, NAME, PROMPT, Bench, Registry, bench, cases, registry, saying
from tests.servers import status
from tests.support import build_files

SUITE = cases("ok one", "ok two", "bad", gate={"pass_rate": {"min": 1}})


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, SUITE) as found:
        yield found


def test_results_are_in_the_order_of_the_suite_with_the_reasons_of_failures(it: Bench) -> None:
    it.server.always = saying(str)
    for _ in range(2):
        result = it.eval()
        assert [(sample.case, sample.outcome) for sample in result.results] == [
            ("ok one", "pass"),
            ("ok two", "pass"),
            ("bad", "fail"),
        ]
        assert list(result.reasons) == [("bad", "m-1", 0)]
        assert result.reasons["bad", "m-1", 0][0].startswith("icontains: ")
    assert (result.cost, result.note, result.partial) == (None, None, False)


def test_a_filter_runs_some_cases_judges_those_and_keeps_nothing(it: Bench) -> None:
    result = it.eval(only="ok*")
    assert it.asked == 2
    assert (result.ok, result.partial, result.written, it.kept()) == (True, True, (), {})
    assert result.unkept == "only some cases were run: nothing was kept, and this is no verdict on the suite"
    assert [sample.case for sample in result.results] == ["ok one", "ok two"]
    assert it.eval().asked == 1


@pytest.mark.parametrize("mode", ["auto", "live", "refresh", "recorded"])
def test_a_filter_over_recorded_evidence_changes_nothing_in_any_mode(it: Bench, mode: str) -> None:
    it.eval()
    before = it.kept()
    result = it.eval(only="ok one", mode=mode)
    assert {sample.case for sample in result.results} == {"ok one"}
    assert result.ok
    assert it.kept() == before


def test_a_filter_without_a_match_names_the_cases(it: Bench) -> None:
    with pytest.raises(UsageError) as caught:
        it.eval(only="nothing*")
    assert (caught.value.code, caught.value.hint) == ("PC069", "cases: ok one, ok two, bad")
    assert it.asked == 0


def test_a_prompt_without_a_suite_is_exit_3_with_the_line_that_writes_one(it: Bench) -> None:
    (it.folder / FOLDER / "eval.yaml").unlink()
    for act in (it.eval, lambda: suites_of(Repository(it.folder))):
        with pytest.raises(StateError) as caught:
            act()
        assert caught.value.code == "PC068"
        assert str(caught.value.hint).startswith("promptctl new --suite ")


def test_an_unknown_prompt_is_told_with_the_nearest_name(it: Bench) -> None:
    with pytest.raises(UsageError) as caught:
        it.eval("support/tirage")
    assert (caught.value.code, caught.value.hint) == ("PC002", f"did you mean `{NAME}`?")


def test_every_suite_of_the_work_tree_is_found(it: Bench) -> None:
    files = {"prompts/a/prompt.yaml": PROMPT, "prompts/a/eval.yaml": SUITE, "prompts/b/prompt.yaml": PROMPT}
    build_files(it.folder, files)
    assert suites_of(Repository(it.folder)) == ("a", NAME)


def test_a_name_of_the_past_runs_the_suite_of_today(it: Bench) -> None:
    it.write({"prompt.yaml": f"formerly: [support/router]\n{PROMPT}"})
    result = it.eval("support/router")
    assert (result.name, result.reference) == (NAME, "support/router")
    assert it.verify().ok


def test_a_links_target_is_never_written(it: Bench, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (it.folder / FOLDER / "replies").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="its folder is a symbolic link"):
        it.eval()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, cases("ok one", "ok two")) as found:
        yield found


def test_a_release_is_judged_by_the_suite_of_its_own_commit(released: Registry) -> None:
    released.write({"eval.yaml": cases("ok three"), "prompt.yaml": PROMPT.replace("m-1", "m-2")})
    result = released.eval(f"{NAME}@1.0.0")
    assert [sample.case for sample in result.results] == ["ok one", "ok two"]
    assert {request.body["model"] for request in released.server.received} == {"m-1"}
    assert len(result.written) == 2
    assert released.asked == 2
    assert released.eval(f"{NAME}@1.0.0").asked == 0
    assert released.eval().results[0].case == "ok three"


def test_a_release_that_is_not_there_is_exit_3(released: Registry) -> None:
    with pytest.raises(StateError):
        released.eval(f"{NAME}@9.9.9")


def test_planning_asks_nobody(released: Registry) -> None:
    planned = plan_suite(Repository(released.folder), f"{NAME}@latest", Selection(only="*two"))
    assert [case.name for case in planned.cases] == ["ok two"]
    assert released.asked == 0


def test_segments_must_pass_by_themselves(it: Bench) -> None:
    suite = """\
cases:
  - {name: a, tags: {language: en}, inputs: {ticket: ok}, expect: [{icontains: ok}]}
  - {name: b, tags: {language: en}, inputs: {ticket: ok b}, expect: [{icontains: ok}]}
  - {name: c, tags: {language: de}, inputs: {ticket: nein}, expect: [{icontains: ok}]}
gate: {pass_rate: {min: 0.6}, segments: [language]}
"""
    it.write({"eval.yaml": suite})
    verdict = it.eval().verdict
    assert not verdict.ok
    assert [(check.segment, check.outcome) for check in verdict.checks if check.name == "pass_rate.min"] == [
        (None, "pass"),
        ("language=de", "fail"),
        ("language=en", "pass"),
    ]


def test_an_unknown_price_under_a_budget_fails(it: Bench) -> None:
    it.write({"eval.yaml": cases("ok", gate={"metrics": {"cost": {"max": 1}}})})
    verdict = it.eval().verdict
    assert not verdict.ok
    assert "the price of an answer is unknown" in verdict.sentence


def test_all_errors_fail(it: Bench) -> None:
    it.write({"eval.yaml": cases("ok", gate={"pass_rate": {"min": 0}})})
    it.server.always = status(400)
    assert not it.eval().ok
