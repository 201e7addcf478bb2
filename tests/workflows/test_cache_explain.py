"""Why an answer would be asked for: exactly what ``eval`` then asks, with the part of the request that changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.errors import UsageError
from promptctl.workflows.cache_explain import Explained, explain
from tests.evals import NAME, PROMPT, Bench, bench, cases
from tests.support import build_files

JUDGED = """\
cases:
  - {name: a, inputs: {ticket: a}, expect: [{judge: {prompt: judges/tone, votes: 2}}]}
"""
JUDGE = """\
model: m-1
inputs: {answer: {type: string}}
output: {type: object, required: [score], properties: {score: {type: number}}}
template: "%s {{ answer }}"
"""


def told(it: Bench, only: str | None = None) -> tuple[Explained, ...]:
    found = explain(Repository(it.folder), NAME, only, it.context)
    assert it.asked == 0
    return found


def whys(it: Bench) -> dict[str, str]:
    return {f"{answer.case}{answer.sample}": answer.why or answer.source for answer in told(it)}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, {"a0": "recorded", "a1": "recorded", "b0": "recorded", "b1": "recorded"}),
        ({"prompt.yaml": PROMPT.replace("temperature: 0", "temperature: 0.5")}, "parameters.temperature 0 -> 0.5"),
        ({"prompt.yaml": PROMPT.replace("{{ ticket }}", "say {{ ticket }}")}, "message 1 changed"),
        (
            {"eval.yaml": cases("a", "b", repeat=3)},
            dict.fromkeys(("a0", "a1", "b0", "b1"), "recorded")
            | dict.fromkeys(("a2", "b2"), "sample 3 was not asked for"),
        ),
        (
            {"eval.yaml": cases("a", "c", repeat=2)},
            {"a0": "recorded", "a1": "recorded", "c0": "message 1 changed", "c1": "message 1 changed"},
        ),
    ],
)
def test_the_part_that_changed_is_named_and_just_that_is_asked_then(
    tmp_path: Path, files: dict[str, str], why: str | dict[str, str]
) -> None:
    with bench(tmp_path, cases("a", "b", repeat=2)) as it:
        it.eval()
        assert it.asked == 4
        it.write(files)
        found = whys(it)
        assert found == (dict.fromkeys(("a0", "a1", "b0", "b1"), why) if isinstance(why, str) else why)
        it.eval()
        assert it.asked == sum(said != "recorded" for said in found.values())


def test_without_recorded_replies_the_cache_answers(tmp_path: Path) -> None:
    with bench(tmp_path, cases("a", "b")) as it:
        assert whys(it) == dict.fromkeys(("a0", "b0"), "nothing this prompt asked for is in the cache")
        it.eval()
        for file in (it.folder / "prompts/support/triage/replies").iterdir():
            file.unlink()
        it.server.received.clear()
        assert [(answer.case, answer.source) for answer in told(it, "b")] == [("b", "cache")]
        with pytest.raises(UsageError, match="no case of support/triage matches `zzz`"):
            told(it, "zzz")


def test_a_changed_judge_is_asked_and_not_the_model(tmp_path: Path) -> None:
    with bench(tmp_path, JUDGED) as it:
        build_files(it.folder, {"prompts/judges/tone/prompt.yaml": JUDGE % "Judge:"})
        it.eval()
        it.server.received.clear()
        assert [answer.source for answer in told(it)] == ["cache"]
        build_files(it.folder, {"prompts/judges/tone/prompt.yaml": JUDGE % "Judge well:"})
        ((answer),) = told(it)
        assert (answer.source, answer.what, answer.why) == ("asked", "opinion of a judge", "message 1 changed")
