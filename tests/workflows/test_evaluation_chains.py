"""Chains in suites: each step is asked, kept and found again, and what fails in one is the sample's error."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from promptctl.errors import DocumentError
from tests.evals import FOLDER, PROMPT, Bench, bench, cases, saying
from tests.servers import status
from tests.support import build_files

CHAIN = """\
inputs: {ticket: string}
steps:
  - {name: first, prompt: text/one, inputs: {ticket: "{{ ticket }}!"}}
  - {name: second, prompt: text/two, inputs: {ticket: "{{ first }}?"}}
"""


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
