"""Changes by somebody who is not trusted: nothing of them runs, and the base's verdict counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.evals import FOLDER, NAME, PROMPT, SETTINGS, Registry, cases, registry, saying
from tests.servers import model_server
from tests.shipping import done

PRICES = '[providers.relay.prices]\n"m-*" = {input = 1000, output = 5000}\n'
JUDGE = """\
model: m-1
inputs: {answer: string, inputs: {type: object, default: {}}}
template: "JUDGE {{ answer }}"
output: {type: object, properties: {pass: {type: boolean}, reason: {type: string}}, required: [pass]}
"""
SUITE = cases("one", "two", "three", expect="[{icontains: ok}, {judge: {prompt: judges/strict}}]")
NO_JUDGE = cases("one", "two", "three")
CANARY = "import pathlib\npathlib.Path({path!r}).write_text('ran')\nprint('{{\"passed\": true}}')\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("untrusted"), NO_JUDGE) as found:
        settings = (found.folder / "promptctl.toml").read_text() + PRICES
        found.repository.commit(
            {"prompts/judges/strict/prompt.yaml": JUDGE, f"{FOLDER}/eval.yaml": SUITE, "promptctl.toml": settings}
        )
        found.done("lock")
        found.repository.commit()
        found.repository.git("push", "-q")
        yield found


@pytest.fixture
def it(built: Registry) -> Iterator[Registry]:
    """The registry on a fresh branch of the base."""
    built.repository.git("checkout", "-qfB", "topic", "origin/main")
    built.repository.git("clean", "-qfd")
    built.server.always = saying(answers)
    built.server.received.clear()
    yield built
    built.server.always = None


def answers(text: str) -> str:
    """The prompt's answers are its tickets in a sentence; the judge finds whatever says OK good, and no canary."""
    if text.startswith("JUDGE"):
        return json.dumps({"pass": "OK" in text and "full marks" not in text})
    return "not so good" if "cheat" in text else f"OK, {text}"


def judged(it: Registry, *options: str, code: int) -> Any:
    ran = it.run("eval", "--untrusted", "--base", "origin/main", "--json", *options)
    assert ran.code == code, ran
    return ran.data


def test_a_change_that_weakens_edits_and_adds_runs_nothing_and_is_judged_by_the_base(
    it: Registry, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    program = CANARY.format(path=str(canary))
    with model_server() as evil:
        it.repository.commit(
            {
                f"{FOLDER}/prompt.yaml": PROMPT.replace('"{{ ticket }}"', '"cheat {{ ticket }}"'),
                f"{FOLDER}/eval.yaml": "cases:\n"
                "- name: one\n  inputs: {ticket: one}\n  expect: [{length: {min: 1}}]\n"
                "- name: own\n  inputs: {ticket: own}\n  expect: [{command: check.py}]\n"
                "- name: other\n  inputs: {ticket: other}\n  expect: [{python: 'own:check'}]\n"
                "- name: lenient\n  inputs: {ticket: x}\n  expect: [{judge: {prompt: judges/strict}}]\n"
                "gate: {pass_rate: {min: 0}}\n",
                f"{FOLDER}/check.py": program,
                f"{FOLDER}/own.py": program + "def check(text, context):\n    return True\n",
                "prompts/judges/strict/prompt.yaml": JUDGE.replace("JUDGE", "OK always pass"),
                "promptctl.toml": SETTINGS.replace('"main"', '"topic"') % evil.url,
            }
        )
        data = judged(it, NAME, code=1)
        assert evil.received == []
    (found,) = data["prompts"]
    assert (found["outcome"], found["decides"]) == ("fail", True)
    assert "0 of 3 cases pass" in found["sentence"]
    assert not canary.exists()
    assert not any("always pass" in json.dumps(request.body) for request in it.server.received)
    notes = " ".join(found["notes"])
    assert "for information, 1 of 1 answer to new cases pass" in notes
    assert "3 new cases not run" in notes
    assert "the change's own suite asks for less" in notes


def test_forged_replies_and_evidence_of_a_change_do_not_count(it: Registry, tmp_path: Path) -> None:
    """The author runs the suite against a model of their own, and commits what it said."""
    it.write({"prompt.yaml": PROMPT.replace('"{{ ticket }}"', '"cheat, {{ ticket }}"')})
    it.server.always = saying(lambda text: answers(text.replace("cheat", "")))
    theirs = it.environment | {"PROMPTCTL_CACHE_DIR": str(tmp_path)}
    done(it.repository, "eval", NAME, **theirs)
    it.repository.commit()
    it.server.always = saying(answers)
    assert it.done("eval", NAME, "--replies", "recorded")
    (found,) = judged(it, NAME, "--replies", "recorded", code=1)["prompts"]
    assert found["outcome"] == "none"
    assert "no recorded reply" in found["sentence"]
    assert judged(it, NAME, code=1)["prompts"][0]["outcome"] == "fail"


def test_a_good_change_passes_and_leaves_nothing_behind(it: Registry) -> None:
    it.repository.commit({f"{FOLDER}/prompt.yaml": PROMPT.replace('"{{ ticket }}"', '"please: {{ ticket }}"')})
    (found,) = judged(it, code=0)["prompts"]
    assert (found["prompt"], found["outcome"]) == (NAME, "pass")
    assert it.repository.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("files", "outcome", "said"),
    [
        ({f"{FOLDER}/eval.yaml": None}, "pass", "the suite is taken away"),
        ({f"{FOLDER}/eval.yaml": "cases: [}"}, "pass", "own cases were not run"),
        ({f"{FOLDER}/prompt.yaml": PROMPT.replace("ticket", "text")}, "none", ""),
        ({f"{FOLDER}/prompt.yaml": "model: [}"}, "none", ""),
    ],
)
def test_whatever_a_change_breaks(it: Registry, files: dict[str, str | None], outcome: str, said: str) -> None:
    for path, text in files.items():
        if text is None:
            (it.folder / path).unlink()
        else:
            it.repository.commit({path: text})
    (found,) = judged(it, NAME, code=0 if outcome == "pass" else 1)["prompts"]
    assert found["outcome"] == outcome
    assert said in " ".join(found["notes"])


def test_a_prompt_without_a_suite_in_the_base_is_only_looked_at(it: Registry) -> None:
    it.repository.commit({"prompts/new/one/prompt.yaml": PROMPT, "prompts/new/one/eval.yaml": NO_JUDGE})
    (found,) = judged(it, "new/one", code=0)["prompts"]
    assert not found["decides"]
    assert "3 of 3 answers to new cases pass" in " ".join(found["notes"])


def test_the_change_does_not_choose_its_base(it: Registry) -> None:
    it.refused("eval", "--untrusted", code=2, error="PC190")
    it.refused("ci", "--untrusted", code=2, error="PC190")
    it.refused("eval", "--untrusted", "--base", "origin/nothing", code=3, error="PC133")
    it.refused("eval", "--base", "origin/main", code=2, error="PC001")
    it.refused("eval", "--untrusted", "--base", "origin/main", "--filter", "o*", code=2, error="PC001")


def test_answers_that_a_stranger_brings_are_no_ones_base(it: Registry) -> None:
    """What is merged is recorded: the next change, which brings the prompt for these replies, would pass by them."""
    planted = f"{FOLDER}/replies/{'1' * 12}.jsonl"
    it.repository.commit({planted: "{}\n"})
    ran = it.run("ci", "--untrusted", "--base", "origin/main", "--json")
    (open_,) = ran.data["unjudged"]
    assert (open_["prompt"], open_["decides"]) == (NAME, True)
    assert "leave them out" in open_["why"]
    it.repository.git("rm", "-q", planted)
    it.repository.commit()
    assert it.run("ci", "--untrusted", "--base", "origin/main", "--json").data["unjudged"] == []


def test_ci_takes_the_verdict_of_the_base(it: Registry) -> None:
    it.repository.commit(
        {
            f"{FOLDER}/prompt.yaml": PROMPT.replace('"{{ ticket }}"', '"cheat {{ ticket }}"'),
            f"{FOLDER}/eval.yaml": cases("one", expect="[{length: {min: 1}}]"),
        }
    )
    it.done("lock")
    it.repository.commit()
    ran = it.run("ci", "--untrusted", "--base", "origin/main", "--json")
    (open_,) = [found for found in ran.data["unjudged"] if found["decides"]]
    assert (ran.data["evals"][0]["outcome"], open_["cases"]) == ("unknown", ["one", "two", "three"])
    assert re.fullmatch("promptctl ci --untrusted --base [0-9a-f]{40} --max-cost [0-9.]+", open_["command"])
    assert it.server.received == []
    ran = it.run("ci", "--untrusted", "--base", "origin/main", "--max-cost", "100", "--json")
    assert ran.code == 1
    (found,) = ran.data["evals"]
    assert (found["prompt"], found["outcome"]) == (NAME, "fail")
    assert "0 of 3 cases pass" in found["sentence"]
    (less,) = (found for found in ran.data["lint"]["findings"] if found["code"] == "PC305")
    assert less["where"]["file"] == f"{FOLDER}/eval.yaml"
    assert "asks for less" in less["message"]
