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
from promptctl.errors import DocumentError, StateError, UsageError
from tests.evals import FOLDER, KEY, PROMPT, SETTINGS, Bench, bench, cases, registry, saying
from tests.servers import Reaction, cut, echo_authorization, json_answer, meeting, openai_answer, raw, silence, status
from tests.support import build_files

CHAIN = """\
inputs: {ticket: string}
steps:
  - {name: first, prompt: text/one, inputs: {ticket: "{{ ticket }}!"}}
  - {name: second, prompt: text/two, inputs: {ticket: "{{ first }}?"}}
"""


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
    tmp_path: Path, reaction, calls: int
) -> None:  # type: ignore[no-untyped-def]
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
    with registry(tmp_path, cases("one", "two")) as it:
        monkeypatch.setattr("promptctl.adapters.bounded.SECONDS", 0.0)
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


# Functions of the repository's own.

SCORED = cases("ok", "no", expect="[{python: 'scorers:check'}]", gate={"pass_rate": {"min": 0.5}})


def test_functions_judge_and_what_they_print_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "def check(text, context):\n    print('judging', text)\n    return text == context['inputs']['ticket']\n"
    with bench(tmp_path, SCORED) as it:
        it.write({"scorers.py": source})
        it.server.always = saying(lambda text: "ok")
        result = it.eval()
        assert it.asked == 2
    assert [sample.outcome for sample in result.results] == ["pass", "fail"]
    assert list(result.reasons.values()) == [("python: scorers:check says no",)]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise KeyError('x')", "python: scorers:check raised KeyError"),
        ("import sys; sys.exit(0)", "python: scorers:check raised SystemExit"),
        ("return 2", "which is not within 0 and 1"),
        ("return float('nan')", "which is not within 0 and 1"),
        ("return 'yes'", "returned str"),
    ],
)
def test_a_function_that_cannot_judge_is_an_error_and_no_evidence(tmp_path: Path, body: str, said: str) -> None:
    with bench(tmp_path, SCORED) as it:
        it.write({"scorers.py": f"def check(text, context):\n    {body}\n"})
        result = it.eval()
        assert it.kept() == {}
    assert {sample.outcome for sample in result.results} == {"error"}
    assert all(said in str(sample.error) for sample in result.results)
    assert not result.ok


def test_slow_functions_do_not_falsify_how_long_answers_take(tmp_path: Path) -> None:
    source = "import time\ndef check(text, context):\n    time.sleep(0.05)\n    return True\n"
    with bench(tmp_path, cases(*(f"t{n}" for n in range(8)), expect="[{python: 'scorers:check'}]")) as it:
        it.write({"scorers.py": source})
        slowest = max(sample.latency_ms or 0 for sample in it.eval().results)
    assert slowest < 8 * 50


# Chains.


def chain(it: Bench, first: str = "m-1") -> None:
    step = PROMPT.replace("maxLength: 200", "maxLength: 40")
    build_files(
        it.folder,
        {
            f"{FOLDER}/prompt.yaml": CHAIN,
            "prompts/text/one/prompt.yaml": step.replace("m-1", first),
            "prompts/text/two/prompt.yaml": step.replace("{{ ticket }}", "then {{ ticket }}"),
        },
    )


def test_a_chain_goes_step_by_step_and_keeps_a_reply_of_each(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", repeat=2, models=["m-9"], expect="[{equals: '<then <ok!>?>'}]")) as it:
        chain(it)
        it.server.always = saying(lambda text: f"<{text}>")
        result = it.eval()
        assert it.asked == 4
        assert it.evidence()["result"]["models"] == ["chain"]
        assert [len(sample["replies"]) for sample in it.evidence()["result"]["samples"]] == [2, 2]
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]
        assert it.eval().asked == 0
    assert result.ok


def test_a_chain_runs_on_the_echo_and_on_a_server_together(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", expect="[{equals: 'THEN OK!?'}]")) as it:
        chain(it, "echo:echo")
        assert it.eval().ok
        assert it.asked == 1
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]


def test_a_chain_whose_steps_ask_the_same_is_reproduced(tmp_path: Path) -> None:
    numbers = itertools.count()
    with bench(tmp_path, cases("ok", expect="[{length: {min: 1}}]")) as it:
        chain(it)
        same = (
            CHAIN.replace("text/two", "text/one").replace('"{{ ticket }}!"', "fixed").replace('"{{ first }}?"', "fixed")
        )
        build_files(it.folder, {f"{FOLDER}/prompt.yaml": same})
        it.server.always = saying(lambda text: str(next(numbers)))
        assert it.eval(mode="refresh").ok
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]


def test_a_step_that_fails_is_the_samples_error(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", "bad")) as it:
        chain(it)
        it.server.always = lambda handler: (
            status(400, "no")(handler)
            if handler.request_body["messages"][-1]["content"] == "then BAD!?"
            else saying(str.upper)(handler)
        )
        result = it.eval()
        assert it.kept() == {}
    assert [sample.outcome for sample in result.results] == ["pass", "error"]


def test_an_answer_that_does_not_fit_the_next_step_is_the_samples_error(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", "long")) as it:
        chain(it)
        it.server.always = saying(lambda text: "x" * 50 if text == "long!" else "ok")
        result = it.eval()
    assert [sample.outcome for sample in result.results] == ["pass", "error"]
    assert str(result.results[1].error).startswith("after the step first: input `ticket`: ")
    assert not result.ok


def test_a_case_that_does_not_fit_a_chain_is_refused(tmp_path: Path) -> None:
    with bench(tmp_path, "cases: [{name: a, expect: [{contains: a}]}]\n") as it:
        chain(it)
        with pytest.raises(DocumentError, match="the input `ticket` is missing"):
            it.eval()
        assert it.asked == 0


# Keys, trust and secrets.


def test_without_a_key_the_cases_are_listed_and_nobody_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, cases(*"abcdefg")) as it:
        it.environment = {"PROMPTCTL_TRUST": it.environment["PROMPTCTL_TRUST"]}
        with pytest.raises(StateError) as caught:
            it.eval()
        assert it.asked == 0
    assert (caught.value.code, caught.value.exit_code) == ("PC065", 3)
    assert str(caught.value) == (
        "no kept reply for 7 cases of support/triage (a, b, c, d, e and 2 more), and they cannot be asked: "
        "RELAY_KEY, the key of the provider relay, is not set"
    )
    assert caught.value.hint == "set RELAY_KEY, or use --replies recorded"


def test_without_trust_the_cases_are_listed_and_nobody_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, cases("a")) as it:
        it.environment = {"RELAY_KEY": KEY, "PROMPTCTL_DATA_DIR": str(tmp_path / "data")}
        with pytest.raises(StateError) as caught:
            it.eval()
        assert it.asked == 0
    assert (caught.value.code, caught.value.exit_code) == ("PC065", 3)
    assert "not trusted here" in str(caught.value)
    assert str(caught.value.hint).startswith("promptctl trust (in CI: PROMPTCTL_TRUST=sha256:")


def test_without_a_key_what_is_kept_is_used_and_only_the_rest_is_listed(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok1", "ok2")) as it:
        assert it.eval().ok
        it.write({"eval.yaml": cases("ok1", "ok2", "new")})
        del it.environment["RELAY_KEY"]
        with pytest.raises(StateError, match=r"no kept reply for 1 case of support/triage \(new\)"):
            it.eval()


def test_only_recorded_and_nothing_recorded_lists_the_cases_and_the_command(tmp_path: Path) -> None:
    with bench(tmp_path, cases("a", "b")) as it:
        with pytest.raises(StateError) as caught:
            it.eval(mode="recorded")
        assert it.asked == 0
    assert (caught.value.code, str(caught.value)) == ("PC065", "no recorded reply for 2 cases of support/triage: a, b")
    assert caught.value.hint == "promptctl eval support/triage --replies auto"


@pytest.mark.parametrize(
    "reaction",
    [
        echo_authorization,
        json_answer({"error": {"message": f"bad key {KEY}"}}),
        json_answer(openai_answer(f"your key is {KEY}", model=f"m-{KEY}")),
        json_answer({"choices": [{"message": {"content": "ok"}, "finish_reason": KEY}]}),
        status(400, f"Bearer {KEY}"),
    ],
)
def test_the_key_gets_into_no_result_file_or_cache(tmp_path: Path, reaction: Reaction) -> None:
    with bench(tmp_path, cases("a", expect="[{contains: zzz}]")) as it:
        it.server.always = reaction
        result = it.eval()
        assert KEY not in repr(result)
        it.cache.close()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()]


def test_what_functions_say_is_masked(tmp_path: Path) -> None:
    with bench(tmp_path, SCORED) as it:
        said = f"return {{'passed': False, 'explanation': '{KEY}'}}"
        it.write({"scorers.py": f"def check(text, context):\n    {said}\n"})
        result = it.eval()
        assert result.reasons[("ok", "m-1", 0)] == ("python: [masked]",)


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
