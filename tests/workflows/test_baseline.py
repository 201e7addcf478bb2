"""Compared with what is live: regressions, contracts that changed, baselines that are not there, weaker suites."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import NAME, PROMPT, Registry, cases, registry, saying
from tests.servers import status
from tests.shipping import hint, run, shell
from tests.snapshot import changed, snap
from tests.support import GitRepository

TICKETS = [f"ok{number}" for number in range(12)]
AGAINST = {"against": "prod", "pass_rate": {"min": 0}}
SUITE = cases(*TICKETS, gate=AGAINST)
SECOND = PROMPT.replace("{{ ticket }}", "{{ ticket }} again")
THIRD = PROMPT.replace("{{ ticket }}", "{{ ticket }} and again")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE, stage=first_in_prod) as found:
        yield found


def first_in_prod(it: Registry) -> None:
    """1.0.0 is in prod and passes; 1.1.0 is released and not yet judged."""
    it.promoted("1.0.0")
    assert it.asked == 12
    it.release({"prompt.yaml": SECOND})


def worse(it: Registry) -> None:
    it.server.always = saying(lambda text: "no" if "again" in text else text)


def test_the_first_promotion_passes_without_a_baseline_and_says_so(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE) as it:
        result = it.eval()
        assert result.ok
        assert "no baseline: prod does not serve support/triage yet" in result.verdict.sentence
        moved = it.promoted("1.0.0")
        assert moved["gate"].endswith("no baseline: prod does not serve support/triage yet.")
        (move,) = it.moves()
        assert move["notes"] == ["no baseline: prod does not serve support/triage yet"]
        assert move["evidence"]["baseline"] is None


def test_no_drop_passes_and_says_with_what_it_was_compared(it: Registry) -> None:
    moved = it.promoted("1.1.0")
    assert it.asked == 12
    assert "against prod (1.0.0) over 12 cases" in moved["gate"]
    assert it.moves()[-1]["evidence"]["baseline"] == "prod (1.0.0)"
    assert it.moves()[-1]["notes"] == []


def test_a_regression_is_refused_and_nothing_is_written(it: Registry) -> None:
    worse(it)
    before = snap(it.repository)
    data = it.refused("promote", f"{NAME}@1.1.0", "prod", "--json", code=1).data
    assert "pass_rate drops by 1 against prod (1.0.0) over 12 cases, lost ok0" in data["refused"][0]["sentence"]
    assert data["refused"][0]["baseline"] == "prod (1.0.0)"
    after = snap(it.repository)
    assert changed(before, after) == set()


def test_eval_says_which_cases_passed_before(it: Registry) -> None:
    worse(it)
    result = it.eval()
    assert not result.ok
    assert result.flipped == tuple(sorted(TICKETS))
    assert it.asked == 12


def test_a_case_of_which_enough_answers_pass_did_not_flip(it: Registry) -> None:
    numbers = itertools.count()
    it.server.always = saying(lambda text: "no" if "again" in text and next(numbers) % 2 else text)
    it.write({"eval.yaml": cases("ok0", repeat=2, gate=AGAINST | {"min_pass": 1})})
    result = it.eval(concurrency=1)
    assert (result.verdict.flaky, result.flipped) == (("ok0",), ())


def test_eval_compares_with_what_it_is_told(it: Registry) -> None:
    worse(it)
    assert it.eval(against="HEAD").verdict.comparison.startswith("compared with HEAD over 12 cases")
    assert it.eval(against="1.0.0").verdict.comparison.startswith("compared with 1.0.0 over 12 cases")
    assert it.eval(against="1.0.0").flipped


def test_the_same_digest_is_not_asked_twice(it: Registry) -> None:
    it.write({"prompt.yaml": PROMPT, "eval.yaml": cases(*TICKETS, "ok12", gate=AGAINST)})
    result = it.eval(mode="live")
    assert it.asked == 13
    assert result.ok


def test_a_baseline_is_asked_only_what_it_never_answered_and_only_its_own_model(it: Registry) -> None:
    it.write({"eval.yaml": cases(*TICKETS, "ok12", gate=AGAINST, models=["m-2"])})
    result = it.eval()
    # 13 cases of m-1 and m-2 for the candidate; of the baseline's own model the one that is new.
    assert it.asked == 27
    assert result.ok
    it.eval(mode="refresh")
    assert it.asked == 26


def test_evidence_of_the_baseline_lands_too(it: Registry) -> None:
    it.release({"prompt.yaml": THIRD, "eval.yaml": cases(*TICKETS, "ok12", gate=AGAINST)})
    before = it.landed()
    it.promoted("1.2.0")
    assert it.asked == 14
    assert len(it.landed()) == len(before) + 3
    assert {check.outcome for check in it.verify().checks} == {"reproduced"}


# A contract that changed.


def test_a_major_change_is_judged_on_the_cases_that_the_old_contract_accepts(it: Registry) -> None:
    other = THIRD.replace("{type: string, maxLength: 200}", "{type: string, minLength: 2}")
    long = f"  - {{name: long, inputs: {{ticket: ok {'x' * 200}}}, expect: [{{contains: OK}}]}}\n"
    it.release({"prompt.yaml": other, "eval.yaml": SUITE.replace("gate:", f"{long}gate:")})
    moved = it.promoted("2.0.0")
    assert it.asked == 13
    assert "over 12 cases" in moved["gate"]


def test_a_contract_that_takes_none_of_the_cases_cannot_be_compared(it: Registry) -> None:
    other = PROMPT.replace("inputs:\n", "inputs:\n  language: string\n")
    suite = SUITE.replace("{ticket: ", "{language: en, ticket: ")
    it.release({"prompt.yaml": other, "eval.yaml": suite})
    ran = it.refused("promote", f"{NAME}@2.0.0", "prod", code=1)
    assert "suite-weakened: the case 'ok0' has other inputs" in ran.out
    accept = ("--accept-suite-change", "a language each")
    ran = it.refused("promote", f"{NAME}@2.0.0", "prod", *accept, code=1)
    assert "not compared: the contract of prod (1.0.0) accepts none of the cases" in ran.out
    it.promoted("2.0.0", "prod", *accept, "--no-baseline", "--reason", "new contract")
    assert it.moves()[-1]["notes"] == [
        "no baseline: left out: new contract",
        "suite change accepted: a language each (the case 'ok0' has other inputs)",
    ]


# Baselines that are not there.


def test_a_baseline_that_cannot_run_fails_unless_it_is_left_out_for_a_reason(tmp_path: Path) -> None:
    suite = cases("ok", gate=AGAINST | {"against": "staging"})
    with registry(tmp_path, suite, PROMPT.replace("m-1", "gone:m")) as it:
        it.promoted("1.0.0", "staging")
        it.release({"prompt.yaml": PROMPT})
        before = snap(it.repository)
        ran = it.refused("promote", f"{NAME}@1.1.0", "prod", code=1)
        assert "not compared with staging (1.0.0): it cannot run: no provider serves the model `gone:m`" in ran.out
        assert changed(before, snap(it.repository)) == set()
        it.refused("promote", f"{NAME}@1.1.0", "prod", "--no-baseline", code=2, error="PC001")
        moved = it.promoted("1.1.0", "prod", "--no-baseline", "--reason", "its provider is gone")
        assert "no baseline: left out: its provider is gone" in moved["gate"]
        (move,) = it.moves()
        left_out = ["no baseline: left out: its provider is gone"]
        assert (move["reason"], move["notes"]) == ("its provider is gone", left_out)


def test_a_baseline_whose_answers_are_errors_fails(it: Registry) -> None:
    it.release({"prompt.yaml": SECOND, "eval.yaml": cases(*TICKETS, "ok12", gate=AGAINST)})
    it.server.always = lambda handler: (saying(str) if "again" in str(handler.request_body) else status(400, "no"))(
        handler
    )
    ran = it.refused("promote", f"{NAME}@1.1.1", "prod", code=1) if False else it.run("eval")
    assert ran.code == 1
    assert "baseline prod (1.0.0): 1 of 13 answers ended in an error" in ran.out


@pytest.fixture
def tagless(it: Registry, tmp_path: Path) -> GitRepository:
    return it.repository.clone(tmp_path / "tagless", "--no-tags", "--single-branch")


def test_a_baseline_whose_tag_was_not_fetched_is_exit_3_and_eval_judges_the_rest(
    it: Registry, tagless: GitRepository
) -> None:
    for command in (["plan"], ["promote", "--no-push"]):
        before = snap(tagless)
        ran = run(tagless, *command, f"{NAME}@1.1.0", "prod", **it.environment)
        assert (ran.code, changed(before, snap(tagless))) == (3, set()), ran
        assert "git fetch" in hint(ran)
    ran = run(tagless, "eval", **it.environment)
    assert ran.code == 0
    assert "no baseline: " in ran.out
    assert "not compared with prod: " in ran.err
    line = ran.err[ran.err.index("git fetch") :].splitlines()[0]
    shell(tagless, line)
    assert (
        "compared with prod (1.0.0)"
        in run(tagless, "eval", "--json", **it.environment).data["prompts"][0]["comparison"]
    )


def test_a_baseline_that_cannot_be_trusted_is_an_error_in_eval_too(it: Registry) -> None:
    tag = f"prompts/{NAME}@v1.0.0"
    it.repository.git("tag", "-f", "-a", "-m", "moved", tag, "HEAD")
    assert it.run("eval").code == 3
    assert it.run("promote", f"{NAME}@1.1.0", "prod").code == 3


# Suites that ask less.


@pytest.mark.parametrize(
    ("suite", "lost"),
    [
        (cases(*(t for t in TICKETS if t != "ok3"), gate=AGAINST), "the case 'ok3' is gone"),
        (cases(*TICKETS, expect="[{length: {min: 0}}]", gate=AGAINST), "the case 'ok0' lost or changed icontains"),
        (cases(*TICKETS, gate={"pass_rate": {"min": 0}}), "there is no baseline any more"),
        (cases(*TICKETS, gate=AGAINST | {"against": "staging"}), "the baseline 'prod' is now 'staging'"),
        (cases(*TICKETS, gate=AGAINST | {"inconclusive": "pass"}), "an inconclusive verdict passes now"),
    ],
)
def test_a_suite_that_asks_less_is_refused_unless_that_is_accepted(it: Registry, suite: str, lost: str) -> None:
    it.server.always = saying(lambda text: "no" if text == "ok3 and again" else text)
    it.release({"prompt.yaml": THIRD, "eval.yaml": suite})
    before = snap(it.repository)
    ran = it.refused("promote", f"{NAME}@1.2.0", "prod", code=1)
    assert f"fail: suite-weakened: {lost}" in ran.out
    assert changed(before, snap(it.repository)) == set()
    it.promoted("1.2.0", "prod", "--accept-suite-change", "we talked about it")
    assert it.moves()[-1]["notes"][-1] == f"suite change accepted: we talked about it ({lost})"


def test_leaving_out_the_baseline_does_not_accept_a_weaker_suite(it: Registry) -> None:
    it.release({"prompt.yaml": THIRD, "eval.yaml": cases(*TICKETS[1:], gate=AGAINST)})
    ran = it.refused("promote", f"{NAME}@1.2.0", "prod", "--no-baseline", "--reason", "in a hurry", code=1)
    assert "suite-weakened: the case 'ok0' is gone" in ran.out


def test_a_suite_that_never_names_a_baseline_may_not_ask_less_than_what_is_live(tmp_path: Path) -> None:
    with registry(tmp_path, cases("ok1", "ok2")) as it:
        it.promoted("1.0.0")
        it.release({"prompt.yaml": SECOND, "eval.yaml": cases("ok1")})
        assert "suite-weakened: the case 'ok2' is gone" in it.refused("promote", f"{NAME}@1.1.0", "prod", code=1).out


def test_accepting_what_did_not_happen_leaves_no_trace(it: Registry) -> None:
    it.promoted("1.1.0", "prod", "--accept-suite-change", "just in case")
    assert it.moves()[-1]["notes"] == []


def test_a_stronger_suite_needs_nobodys_word(it: Registry) -> None:
    it.release({"prompt.yaml": THIRD, "eval.yaml": cases(*TICKETS, "ok12", gate=AGAINST | {"pass_rate": {"min": 0.5}})})
    it.promoted("1.2.0")


def test_a_suite_of_the_live_version_that_cannot_be_read_hides_what_was_lost(tmp_path: Path) -> None:
    with registry(tmp_path, "cases: nothing\n") as it:
        settings = (it.folder / "promptctl.toml").read_text()
        open_gate = settings.replace("[environments.prod]", "[environments.prod]\ngate = false")
        it.repository.commit({"promptctl.toml": open_gate}, "no gate")
        it.repository.git("push", "-q")
        it.promoted("1.0.0")
        it.release({"prompt.yaml": SECOND, "eval.yaml": SUITE, "../../../promptctl.toml": settings})
        ran = it.refused("promote", f"{NAME}@1.1.0", "prod", code=1)
        assert "suite-weakened: the suite it is compared with cannot be read" in ran.out
        it.promoted("1.1.0", "prod", "--accept-suite-change", "the old one was broken")
