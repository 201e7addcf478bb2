"""Running suites against a server that misbehaves: what an error is, how often is asked, what is never shared."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.providers.exchange import Bounds
from promptctl.core.statistics.repeats import Tries
from promptctl.errors import DocumentError, UsageError
from tests.evals import PROMPT, SETTINGS, bench, cases, registry, saying
from tests.servers import Reaction, cut, json_answer, meeting, openai_answer, raw, silence, status
from tests.support import build_files


def test_twenty_of_twenty_pass_a_gate_of_95_percent(tmp_path: Path) -> None:
    suite = cases(*(f"ok{number}" for number in range(20)), gate={"pass_rate": {"min": 0.95}})
    with bench(tmp_path, suite) as it:
        result = it.eval()
        assert it.asked == 20
    assert (result.ok, result.verdict.outcome, result.asked) == (True, "pass", 20)
    assert result.verdict.sentence.startswith("pass: 20 of 20 cases pass")


def test_nineteen_of_twenty_pass_and_eighteen_fail_a_gate_of_95_percent(tmp_path: Path) -> None:
    tickets = [f"ok{number}" for number in range(18)]
    for bad, ok in (("no", True), ("nö", False)):
        last = ["ok18", bad] if ok else ["no", bad]
        with bench(tmp_path / bad, cases(*tickets, *last, gate={"pass_rate": {"min": 0.95}})) as it:
            assert it.eval().ok is ok


@pytest.mark.parametrize(
    ("reaction", "said"),
    [
        (status(500, "down"), "answered 500 (it is failing): down"),
        (status(429, "slow down", {"Retry-After": "0"}), "answered 429 (too many requests): slow down"),
        (status(400, "bad schema"), "answered 400 (the request is refused): bad schema"),
        (status(402, "broke", type="billing_error"), "(nothing left to spend): broke"),
        (raw(b"<html>"), "the answer is not JSON"),
        (json_answer({"choices": []}), "`choices` is empty"),
        (cut, "the answer ends in the middle"),
    ],
)
def test_what_a_provider_does_wrong_is_an_error_and_never_a_failed_test(
    tmp_path: Path, reaction: Reaction, said: str
) -> None:
    with bench(tmp_path, cases("ok1", "ok2", "ok3", gate={"pass_rate": {"min": 0.5}})) as it:
        it.server.always = lambda handler: (
            reaction(handler) if "ok2" in str(handler.request_body) else saying(str)(handler)
        )
        result = it.eval()
        assert it.kept() == {}
    assert [sample.outcome for sample in result.results] == ["pass", "error", "pass"]
    assert said in str(result.results[1].error)
    assert not result.ok
    assert result.verdict.sentence.startswith("fail: 1 of 3 answers ended in an error (ok2: ")
    assert (result.written, result.asked) == ((), 2)


def test_a_provider_that_never_answers_is_an_error(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok")) as it:
        it.patience = replace(it.patience, bounds=Bounds(read=0.05))
        it.server.always = silence
        result = it.eval()
    assert result.results[0].outcome == "error"
    assert "nothing came for 0.05 s" in str(result.results[0].error)


@pytest.mark.parametrize(("reaction", "calls"), [(status(400), 1), (raw(b"{}"), 1), (status(503), 2)])
def test_each_sample_is_asked_once_and_again_only_where_the_fault_may_pass(
    tmp_path: Path, reaction: Reaction, calls: int
) -> None:
    with bench(tmp_path, cases("a", "b", repeat=3)) as it:
        it.server.always = reaction
        result = it.eval()
        assert it.asked == 2 * 3 * calls
    assert len(result.results) == 6


def test_passing_faults_are_waited_for_and_not_counted_as_errors(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok1", "ok2", "ok3")) as it:
        it.server.then(status(429, headers={"Retry-After": "0"}), status(503))
        result = it.eval()
        assert it.asked == 5
    assert (result.ok, result.asked) == (True, 3)


def test_repeats_are_asked_apart_and_flaky_cases_are_named(tmp_path: Path) -> None:
    numbers = itertools.count()
    suite = cases("steady", "shaky", repeat=4, gate={"pass_rate": {"min": 0.5}, "min_pass": 2})
    with bench(tmp_path, suite) as it:
        it.server.always = saying(lambda text: "ok" if text == "steady" or next(numbers) % 2 else "no")
        result = it.eval()
        assert it.asked == 8
        keys = {reference.key for sample in result.results for reference in sample.replies}
    assert len(keys) == 8
    assert result.verdict.flaky == ("shaky",)
    assert result.verdict.sentence.endswith("flaky: shaky.")
    assert result.tries == Tries(4, 1.0, 0.5)


def test_one_request_has_one_reply_in_a_run_however_many_cases_ask_it(tmp_path: Path) -> None:
    """Asked twice, the two answers would fight for one key, and the evidence could never be reproduced."""
    suite = """\
cases:
  - {name: a, inputs: {ticket: same}, expect: [{regex: '[0-9]'}]}
  - {name: b, inputs: {ticket: same}, expect: [{length: {min: 1}}]}
"""
    numbers = itertools.count()
    with bench(tmp_path, suite) as it:
        it.server.always = saying(lambda text: str(next(numbers)))
        for mode in ("auto", "refresh", "live"):
            assert it.eval(mode=mode).ok
            assert it.asked == 1
            assert [check.outcome for check in it.verify().checks] == ["reproduced"]


def test_an_error_of_a_shared_request_is_every_samples_error(tmp_path: Path) -> None:
    suite = """\
cases:
  - {name: a, inputs: {ticket: same}, expect: [{contains: a}]}
  - {name: b, inputs: {ticket: same}, expect: [{contains: b}]}
"""
    with bench(tmp_path, suite) as it:
        it.server.always = status(400)
        assert [sample.outcome for sample in it.eval().results] == ["error", "error"]
        assert it.asked == 1


def test_calls_are_under_way_together_and_no_more_than_allowed(tmp_path: Path) -> None:
    with bench(tmp_path, cases(*(f"ok{number}" for number in range(12)))) as it:
        it.server.always = meeting(4)
        assert it.eval(concurrency=4).ok
        assert it.server.busiest == 4


def test_a_provider_that_takes_more_gets_more(tmp_path: Path) -> None:
    with bench(tmp_path, cases(*(f"ok{number}" for number in range(24)))) as it:
        settings = (SETTINGS % it.server.url) + "concurrency = 24\n"
        build_files(it.folder, {"promptctl.toml": settings})
        it.server.always = meeting(24)
        assert it.eval().ok


def test_a_case_that_cannot_be_rendered_is_one_clean_error(tmp_path: Path) -> None:
    prompt = PROMPT.replace("{{ ticket }}", "{{ 1 // (ticket | length - 2) }}")
    with bench(tmp_path, cases("one", "ab", "three", "cd"), prompt) as it, pytest.raises(UsageError) as caught:
        it.eval()
    assert (caught.value.code, caught.value.exit_code) == ("PC066", 2)
    assert str(caught.value).startswith("the case 'ab' does not fit support/triage: ")
    assert str(caught.value.problem.place) == "prompts/support/triage/prompt.yaml:5"


def test_a_case_that_does_not_fit_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", "much too long"), PROMPT.replace("200", "5")) as it:
        with pytest.raises(DocumentError, match="is longer than 5 characters"):
            it.eval()
        assert it.asked == 0


def test_a_prompt_that_never_ends_is_refused(tmp_path: Path) -> None:
    loops = "".join(f"{{% for {name} in range(9999) %}}" for name in "abc") + "{% endfor %}" * 3
    with bench(tmp_path, cases("one", "two"), PROMPT.replace("{{ ticket }}", loops)) as it:
        with pytest.raises(UsageError, match="the case 'one' does not fit support/triage: "):
            it.eval()
        assert it.asked == 0


def test_only_what_is_released_is_rendered_in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(worker: object, argument: object) -> None:
        raise UsageError("PC022", "stopped: a prompt took longer than 4 s")

    with registry(tmp_path, cases("one", "two")) as it:
        monkeypatch.setattr("promptctl.adapters.bounded.Worker.__call__", stopped)
        with pytest.raises(UsageError, match="the case 'one' does not fit support/triage: stopped: a prompt took"):
            it.eval()
        assert it.asked == 0
        assert len(it.eval("support/triage@1.0.0").results) == 2


def test_a_prompt_without_a_model_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok"), PROMPT.replace("model: m-1\n", "")) as it, pytest.raises(UsageError) as caught:
        it.eval()
    assert caught.value.code == "PC023"


def test_other_models_inform_and_only_the_prompts_own_gates(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", repeat=2, models=["m-2", "m-1"])) as it:
        it.server.always = lambda handler: handler.reply(
            200, json.dumps(openai_answer("ok" if handler.request_body["model"] == "m-1" else "no")).encode()
        )
        result = it.eval()
        assert it.asked == 4
        assert sorted(it.evidence()["result"]["models"]) == ["m-1", "m-2"]
    assert result.ok
    assert [(check.model, check.outcome, check.gates) for check in result.verdict.checks] == [
        (None, "pass", True),
        ("m-2", "fail", False),
    ]


def test_many_cases_of_several_models_are_rendered_along_and_found_again(tmp_path: Path) -> None:
    tickets = [f"ok{number}" for number in range(70)]
    with bench(tmp_path, cases(*tickets, repeat=2, models=["m-2"])) as it:
        assert it.eval().ok
        assert sorted(request.body["messages"][0]["content"] for request in it.server.received) == sorted(tickets * 4)
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]


def test_a_suite_of_other_models_only_still_asks_the_prompts_own(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", models=["m-2"])) as it:
        assert it.eval().ok
        assert sorted(request.body["model"] for request in it.server.received) == ["m-1", "m-2"]


def test_nothing_of_a_run_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No task that nobody waits for, no connection left open, no error that nobody looked at."""
    complaints: list[object] = []
    original = asyncio.new_event_loop

    def watched() -> asyncio.AbstractEventLoop:
        loop = original()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        return loop

    monkeypatch.setattr(asyncio.events, "new_event_loop", watched)
    prompt = PROMPT.replace("{{ ticket }}", "{{ 1 // (ticket | length - 2) }}")
    with bench(tmp_path, cases(*(f"case{n}" for n in range(20)), "ab"), prompt) as it:
        it.server.always = status(400)
        for _ in range(3):
            with pytest.raises(UsageError):
                it.eval(concurrency=30)
    gc.collect()
    assert complaints == []
