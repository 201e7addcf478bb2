"""What ``ci`` judges of a change: callers, answers beside the base's, what it may ask for, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import evals
from tests.evals import FOLDER, NAME, Registry, cases, registry, saying

PROMPT = evals.PROMPT.replace("{temperature: 0}", "{max_tokens: 20}")
PRICES = '[providers.relay.prices]\n"m-*" = {input = 1000, output = 5000}\n'
"""The server says that each call took 100 tokens and 20: that is $0.20."""
SUITE = cases("one", "two", "three", gate={"pass_rate": {"min": 0.5}})
CODE = 'from promptctl import Prompts\n\nprompts = Prompts("prod")\nprompts.get("support/triage").render(ticket="x")\n'


def committed(it: Registry) -> None:
    """Evidence for the release, prices, and an application that uses it."""
    settings = (it.folder / "promptctl.toml").read_text() + PRICES + '[lint]\ncode = ["app"]\n'
    it.server.always = saying(lambda text: "no" if "two" in text else f"OK {text}")
    it.repository.commit({"promptctl.toml": settings, "app/main.py": CODE})
    it.repository.git("push", "-q")
    it.commit_evidence()
    it.promoted("1.0.0", "staging")
    it.repository.git("pull", "-q", "--rebase")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("ci"), SUITE, PROMPT, stage=committed) as found:
        yield found


@pytest.fixture
def it(built: Registry) -> Iterator[Registry]:
    built.repository.git("checkout", "-qfB", "topic", "origin/main")
    built.repository.git("clean", "-qfd")
    built.server.always = saying(lambda text: "no" if "one" in text else f"OK {text}")
    built.server.received.clear()
    yield built
    built.server.always = None


def judged(it: Registry, *options: str, code: int) -> Any:
    ran = it.run("ci", "--json", *options)
    assert ran.code == code, ran
    return ran.data


def changed(it: Registry, template: str = "please: {{ ticket }}", **files: str) -> None:
    it.write({"prompt.yaml": PROMPT.replace("{{ ticket }}", template), **files})
    it.done("lock")


def test_what_a_change_does_to_callers(it: Registry) -> None:
    it.write({"prompt.yaml": PROMPT.replace("inputs:\n", "inputs:\n  user: string\n")})
    it.repository.git("rm", "-rqf", f"{FOLDER}/eval.yaml")
    it.done("lock")
    data = judged(it, code=1)
    (impact,) = data["impacts"]
    assert (impact["class"], impact["before"], impact["after"]) == ("major", "1.0.0", "2.0.0")
    assert impact["reasons"] == [{"field": "inputs.user", "message": "was added", "class": "major"}]
    (call,) = impact["calls"]
    assert (call["code"], call["where"]["file"], call["where"]["line"]) == ("L082", "app/main.py", 4)
    assert "L082" in [found["code"] for found in data["lint"]["findings"]], "as lint says"


def test_a_prompt_that_goes_is_missed_by_its_callers(it: Registry) -> None:
    it.repository.git("rm", "-rqf", FOLDER)
    data = judged(it, code=1)
    (impact,) = data["impacts"]
    assert (impact["kind"], impact["class"], impact["before"], impact["after"]) == ("removed", None, "1.0.0", None)
    assert [call["code"] for call in impact["calls"]] == ["L080"]
    assert [plan["moves"][0]["direction"] for plan in data["plans"]] == ["removed", "removed"]


def test_nobody_is_asked_and_what_is_missing_is_no_pass(it: Registry) -> None:
    changed(it)
    data = judged(it, code=3)
    assert it.asked == 0
    (suite,) = data["evals"]
    assert (data["outcome"], suite["outcome"], suite["sentence"]) == (
        "unknown",
        "unknown",
        "no verdict: 0 of 3 cases answered",
    )
    (left,) = data["unjudged"]
    assert (left["kind"], left["cases"], left["decides"]) == ("suite", ["one", "two", "three"], True)
    assert (left["why"], left["command"]) == ("no recorded reply for 3 cases", "promptctl eval support/triage")
    assert round(left["price"], 1) == 0.4


def test_what_is_asked_for_is_compared_with_the_base(it: Registry) -> None:
    changed(it)
    data = judged(it, "--max-cost", "1", code=0)
    assert (it.asked, data["asked"], round(data["spent"], 2)) == (3, 3, 0.6)
    (suite,) = data["evals"]
    assert (suite["outcome"], round(suite["cost"], 2)) == ("pass", 0.6)
    found = suite["comparison"]
    assert (found["base"], found["cases"], found["lost"], found["gained"]) == ("the base (1.0.0)", 3, ["one"], ["two"])
    estimates = {it["metric"]: (it["before"], it["now"]) for it in found["differences"]}
    assert estimates["pass_rate"] == (2 / 3, 2 / 3)
    assert [round(cost, 2) for cost in estimates["cost"]] == [0.2, 0.2]
    assert it.repository.git("status", "--porcelain", FOLDER).count("\n") == 0, "it writes no file"
    assert judged(it, "--max-cost", "0", code=0)["asked"] == 0, "the cache costs nothing"
    assert judged(it, code=3)["outcome"] == "unknown", "and does not count where nobody may ask"


def test_what_does_not_fit_is_not_begun(it: Registry) -> None:
    changed(it, "kindly: {{ ticket }}")
    it.repository.commit(
        {"prompts/later/prompt.yaml": PROMPT.replace("m-1", "m-2"), "prompts/later/eval.yaml": cases("x")}
    )
    it.done("lock")
    data = judged(it, "--max-cost", "0.2", code=3)
    assert it.asked == 1
    assert {found["prompt"]: found["outcome"] for found in data["evals"]} == {NAME: "unknown", "later": "pass"}
    (left,) = [found for found in data["unjudged"] if found["decides"]]
    assert "3 calls would cost about" in left["why"]
    assert left["prompt"] == NAME


def test_a_bound_needs_prices(it: Registry) -> None:
    settings = (it.folder / "promptctl.toml").read_text().replace(PRICES, "")
    it.repository.commit({"promptctl.toml": settings})
    changed(it, "now: {{ ticket }}")
    (left,) = judged(it, "--max-cost", "9", code=3)["unjudged"]
    assert "the price of m-1 at relay is unknown" in left["why"]
    assert (it.asked, left["price"]) == (0, None)


def test_without_a_key_nobody_can_be_asked(it: Registry) -> None:
    changed(it, "dear: {{ ticket }}")
    known = it.environment
    it.environment = {name: value for name, value in known.items() if name != "RELAY_KEY"}
    try:
        (left,) = judged(it, "--max-cost", "9", code=3)["unjudged"]
    finally:
        it.environment = known
    assert "they cannot be asked" in left["why"]
    assert (left["cases"], left["decides"]) == (["one", "two", "three"], True)


def test_a_suite_that_is_taken_away_is_told(it: Registry) -> None:
    it.repository.git("rm", "-rqf", f"{FOLDER}/eval.yaml")
    assert judged(it, code=0)["notes"] == ["support/triage: the change takes the suite away"]


def test_some_replies_say_something(it: Registry) -> None:
    it.write({"eval.yaml": SUITE.replace("{ticket: one}", "{ticket: another}")})
    data = judged(it, code=3)
    assert data["evals"][0]["sentence"] == "no verdict: 2 of 3 cases answered, 1 of them pass"
    assert data["evals"][0]["comparison"]["sentence"] == "the prompt is as it was, only what judges it changed"
    assert data["plans"] == []


def test_a_weaker_suite_is_told(it: Registry) -> None:
    it.write({"eval.yaml": cases("one", "three", gate={"pass_rate": {"min": 0.1}})})
    (suite,) = judged(it, code=0)["evals"]
    assert any("two" in reason for reason in suite["comparison"]["weaker"])


def test_plans_say_what_will_be_asked(it: Registry) -> None:
    changed(it)
    staging, prod = judged(it, code=3)["plans"]
    (move,) = staging["moves"]
    assert (move["serving"], move["possible"], move["direction"], move["class"]) == (
        "1.0.0",
        "1.1.0",
        "upgrade",
        "minor",
    )
    assert (move["gate"], move["price"]) == ("none", 0.0)
    (move,) = prod["moves"]
    assert (move["serving"], move["direction"]) == (None, "first")
    assert "asks for 3 answers that nobody recorded" in move["gate"]
    it.done("freeze", "prod", "--reason", "holidays")
    try:
        _, prod = judged(it, code=3)["plans"]
        assert [found["code"] for found in prod["moves"][0]["refusals"]] == ["PC103"]
    finally:
        it.done("unfreeze", "prod", "--reason", "back")


def test_a_change_of_the_settings_does_not_count_for_itself(it: Registry) -> None:
    settings = (it.folder / "promptctl.toml").read_text()
    it.repository.commit(
        {"promptctl.toml": settings.replace("[environments.prod]", "[environments.prod]\ngate = false")}
    )
    changed(it)
    data = judged(it, code=3)
    assert data["plans"][1]["gate"] == "recorded"
    assert data["notes"] == ["promptctl.toml is changed; environments go by the base's until it is merged"]


def test_the_same_change_gives_the_same_bytes(it: Registry) -> None:
    changed(it)
    assert it.run("ci", "--json").out == it.run("ci", "--json").out
