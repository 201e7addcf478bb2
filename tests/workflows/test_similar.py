"""``similar`` in suites: what is asked for and kept, what scores again offline, and what hostile embeddings are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.models.embedding import embedding_request
from promptctl.core.models.request import Reply, Request, Usage
from promptctl.errors import DocumentError
from promptctl.runtime.gateway.spending import Forecast
from tests.evals import NOW, PROMPT, SETTINGS, Bench, bench, cases, saying
from tests.servers import Handler, json_answer, status
from tests.support import build_files

EXPECT = "[{similar: {text: abc, min: 0.9}}]"


def vector(text: str) -> list[float]:
    return [float(text.count(letter)) for letter in "abcdefgh"] + [0.1]


def answering(handler: Handler, numbers: Any = None) -> None:
    """Chats by repeating, embeds by counting letters."""
    if not handler.path.endswith("/embeddings"):
        saying(str)(handler)
        return
    found = vector(handler.request_body["input"]) if numbers is None else numbers
    body = {"data": [{"embedding": found}], "model": "small-1", "usage": {"prompt_tokens": 3}}
    handler.reply(200, json.dumps(body).encode())


def set_up(it: Bench, model: str = "m-embed") -> None:
    build_files(it.folder, {"promptctl.toml": SETTINGS % it.server.url + f'\n[evals]\nembeddings = "{model}"\n'})
    it.server.always = answering


def asked(it: Bench) -> tuple[int, int]:
    """How many answers and embeddings were asked for since the last time."""
    embedded = sum(received.path.endswith("/embeddings") for received in it.server.received)
    return it.asked - embedded, embedded


def test_answers_pass_by_their_meaning_and_score_again_offline(tmp_path: Path) -> None:
    with bench(tmp_path, cases("abc", "cab", "xyz", repeat=2, expect=EXPECT)) as it:
        set_up(it)
        result = it.eval()
        assert asked(it) == (6, 3)
        assert [sample.outcome for sample in result.results] == ["pass"] * 4 + ["fail"] * 2
        assert "similarity is 0.06, asked for 0.9" in str(result.reasons)
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]
        assert it.eval() == it.eval()
        assert asked(it) == (0, 0)
        assert all(sample.judge_cost is None or sample.judge_cost >= 0 for sample in result.results)
        assert all(len(sample.graded) == 2 for sample in result.results if sample.case != "abc")


def test_the_best_of_several_counts_and_a_text_alone_is_enough(tmp_path: Path) -> None:
    expect = "[{similar: {text: [hgf, abc], min: 0.9}}, {similar: abc}, {not_similar: {text: hgf, min: 0.5}}]"
    with bench(tmp_path, cases("abc", expect=expect)) as it:
        set_up(it)
        assert it.eval().ok
        assert asked(it) == (1, 2)


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        ({"eval.yaml": cases("abc", "cab", expect="[{similar: {text: abc, min: 0.1}}]")}, (0, 0)),
        ({"eval.yaml": cases("abc", "cab", expect="[{similar: {text: bca, min: 0.9}}]")}, (0, 1)),
        ({"eval.yaml": cases("abc", "abcd", expect=EXPECT)}, (1, 1)),
        ({"prompt.yaml": PROMPT.replace("{{ ticket }}", "{{ ticket }} a")}, (2, 2)),
    ],
)
def test_only_what_changed_is_asked_for(tmp_path: Path, change: dict[str, str], calls: tuple[int, int]) -> None:
    with bench(tmp_path, cases("abc", "cab", expect=EXPECT)) as it:
        set_up(it)
        it.eval()
        asked(it)
        it.write(change)
        it.eval()
        assert asked(it) == calls


def test_another_model_embeds_anew_and_is_another_suite(tmp_path: Path) -> None:
    with bench(tmp_path, cases("abc", expect=EXPECT)) as it:
        set_up(it)
        before = it.eval()
        asked(it)
        set_up(it, "m-other")
        assert it.eval().suite != before.suite
        assert asked(it) == (0, 1)


@pytest.mark.parametrize("numbers", [[1.0, 2.0], [0.0] * 9, ["x"]])
def test_hostile_embeddings_are_errors_and_no_verdicts(tmp_path: Path, numbers: Any) -> None:
    with bench(tmp_path, cases("abd", expect=EXPECT)) as it:
        set_up(it)
        hostile = json_answer({"data": [{"embedding": numbers}]})
        it.server.always = lambda handler: (
            hostile(handler) if handler.request_body.get("input") == "abd" else answering(handler)
        )
        result = it.eval()
        assert [sample.outcome for sample in result.results] == ["error"]
        assert not result.ok
        assert it.kept() == {}


def test_an_embedder_that_fails_is_an_error_and_an_empty_answer_a_failure(tmp_path: Path) -> None:
    with bench(tmp_path, cases("abc", expect=EXPECT)) as it:
        set_up(it)
        it.server.always = lambda handler: (
            status(400)(handler) if handler.path.endswith("/embeddings") else saying(str)(handler)
        )
        assert [sample.outcome for sample in it.eval().results] == ["error"]
        it.server.always = saying(lambda _: " ")
        assert [sample.outcome for sample in it.eval(mode="refresh").results] == ["fail"]


def test_without_a_model_that_embeds_the_suite_is_refused_with_its_place(tmp_path: Path) -> None:
    with bench(tmp_path, cases("abc", expect=EXPECT)) as it:
        with pytest.raises(DocumentError) as caught:
            it.eval()
        assert (caught.value.code, str(caught.value.problem.place)) == (
            "PC185",
            "prompts/support/triage/eval.yaml:4:15",
        )
        assert "[evals] embeddings" in str(caught.value.hint)
        assert it.asked == 0


def test_embeddings_neither_have_nor_foretell_the_length_of_an_answer() -> None:
    forecast = Forecast(NOW)
    chat = Request(model="m", messages=({"role": "user", "content": "hi"},))
    forecast.learn(
        "", [Reply(text="", usage=Usage(input=9, output=0)), Reply(text="", usage=Usage(input=9, output=40))]
    )
    assert forecast.tokens(chat).output == 40
    assert forecast.tokens(embedding_request("m", "hi")).output == 0
