"""Runs that end early: after so many failures, or before they cost too much; partial results are no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import SETTINGS, Bench, bench, cases, saying
from tests.servers import Handler, status
from tests.shipping import run
from tests.support import Ran, build_files

TICKETS = tuple(f"ok{number}" for number in range(6))
PROMPT = """\
model: m-1
parameters: {max_tokens: 20}
inputs: {ticket: string}
template: "{{ ticket }}"
"""
PRICES = '[providers.relay.prices]\n"m-*" = {input = 1000, output = 5000}\n'
"""The server says that each call took 100 tokens and 20: that is $0.20."""


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, cases(*TICKETS), PROMPT) as found:
        (found.folder / "promptctl.toml").write_text(SETTINGS % found.server.url + PRICES)
        yield found


def evaluated(it: Bench, *arguments: str) -> Ran:
    return run(it.folder, "eval", "--concurrency", "1", *arguments, **it.environment)


def kept(it: Bench) -> list[str]:
    return sorted(path.name for path in it.folder.glob("prompts/**/*.json*"))


def test_a_run_that_would_cost_too_much_does_not_begin(it: Bench) -> None:
    ran = evaluated(it, "--max-cost", "0.5")
    assert (ran.code, it.asked, kept(it)) == (1, 0, [])
    assert ran.out.startswith("not begun: 6 calls would cost about $0.77")
    assert evaluated(it, "--max-cost", "5").code == 0
    assert it.asked == 6
    assert evaluated(it, "--max-cost", "0").code == 0, "what is recorded costs nothing"


def test_a_run_stops_before_it_costs_too_much_and_goes_on(it: Bench) -> None:
    ran = evaluated(it, "--max-cost", "1.0", "--replies", "refresh", "--json")
    assert (ran.code, it.asked, kept(it)) == (1, 5, [])
    (found,) = ran.data["prompts"]
    assert (found["outcome"], found["ok"], len(found["samples"]), found["partial"]) == ("inconclusive", False, 5, True)
    assert "5 of 6 answers are there, which is no verdict" in found["sentence"]
    assert ran.data["stopped"].startswith("stopped: $1.00 are spent or under way")
    assert ran.data["unfinished"] == "promptctl eval --resume asks for what is missing"
    assert evaluated(it, "--resume", "--max-cost", "0.3").code == 0
    assert it.asked == 1
    assert len(kept(it)) == 2


def test_estimates_learn_from_the_answers_there_are(it: Bench) -> None:
    (it.folder / "prompts/support/triage/prompt.yaml").write_text(PROMPT.replace("20", "2000"))
    assert "$6" in evaluated(it, "--max-cost", "0.5").out
    assert evaluated(it).code == 0
    assert "6 calls would cost about $0.78" in evaluated(it, "--max-cost", "0.5", "--replies", "live").out


def test_an_estimate_counts_steps_that_take_no_answer_which_is_made_up(it: Bench) -> None:
    step = "model: m-1\nparameters: {max_tokens: 20}\ninputs: {%s}\ntemplate: '{{ it }}'\n"
    chain = (
        "inputs: {ticket: string}\nsteps:\n"
        "  - {name: first, prompt: one, inputs: {it: '{{ ticket }}'}}\n"
        "  - {name: second, prompt: two, inputs: {it: '{{ first }}'}}\n"
    )
    it.write({"prompt.yaml": chain})
    steps = {"one": "it: string", "two": "it: {enum: [OK]}"}
    build_files(it.folder, {f"prompts/{name}/prompt.yaml": step % inputs for name, inputs in steps.items()})
    it.server.always = saying(lambda _: "OK")
    ran = evaluated(it, "--max-cost", "1.0")
    assert (ran.code, it.asked) == (1, 0)
    assert ran.out.startswith("not begun: 12 calls would cost about $1.5")
    assert evaluated(it, "--max-cost", "5").code == 0
    assert it.asked == 7, "of equal requests one is asked"
    assert evaluated(it, "--max-cost", "0").code == 0


def test_what_has_no_price_has_no_bound(it: Bench) -> None:
    (it.folder / "promptctl.toml").write_text(SETTINGS % it.server.url)
    ran = evaluated(it, "--max-cost", "1")
    assert (ran.code, it.asked) == (2, 0)
    assert "error[PC175]: the price of m-1 at relay is unknown" in ran.err
    assert evaluated(it, "--max-cost", "cheap").code == 2


def test_a_run_stops_after_so_many_failures_and_goes_on(it: Bench) -> None:
    it.server.always = saying(lambda text: "no" if text in ("ok1", "ok3") else text)
    ran = evaluated(it, "--maxfail", "2", "--json")
    assert (ran.code, it.asked, kept(it)) == (1, 4, [])
    assert ran.data["stopped"] == "stopped after 2 failures (--maxfail)"
    assert len(ran.data["prompts"][0]["samples"]) == 4
    ran = evaluated(it, "--resume")
    assert (ran.code, it.asked, len(kept(it))) == (1, 2, 2)
    assert "4 of 6 cases pass" in ran.out


def test_errors_count_as_failures_and_the_last_answer_stops_nothing(it: Bench) -> None:
    it.server.then(status(400))
    ran = evaluated(it, "--maxfail", "1", "--report", "html=page.html,junit=page.xml,markdown=page.md")
    assert (ran.code, it.asked) == (1, 1)
    assert "1 of 6 answers are there" in ran.out
    it.server.always = saying(lambda text: "no" if text == "ok5" else text)
    whole = evaluated(it, "--maxfail", "1", "--json")
    assert (whole.code, whole.data["stopped"]) == (1, None)
    assert whole.data["prompts"][0]["outcome"] == "fail"


def test_calls_under_way_are_waited_for(it: Bench) -> None:
    slow: list[str] = []

    def react(handler: Handler) -> None:
        text = handler.request_body["messages"][-1]["content"]
        if text != "ok0":
            handler.model.released.wait(0.1)
            slow.append(text)
        saying(lambda said: "no" if said == "ok0" else said)(handler)

    it.server.always = react
    ran = run(it.folder, "eval", "--concurrency", "3", "--maxfail", "1", "--json", **it.environment)
    assert (ran.code, sorted(slow)) == (1, ["ok1", "ok2"])
    assert len(ran.data["prompts"][0]["samples"]) == 3
