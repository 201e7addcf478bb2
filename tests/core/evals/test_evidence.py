"""Evidence: one spelling, a round trip, what changed files betray, and pooling that never replaces an answer."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.adapters.files import parse_yaml
from promptctl.core.evals.evidence import Evidence, Meta, evidence_path, make_evidence, next_samples, pool, reply_digest
from promptctl.core.evals.evidence_document import from_document, result_dict, to_dict, to_text
from promptctl.core.evals.tally import CaseResult
from promptctl.core.files.document import Document
from promptctl.core.models.request import Reply, Usage
from promptctl.errors import DocumentError, StateError
from tests.core.eval_samples import DIGEST, MODEL, OTHER_DIGEST, reference, result

GOLDEN = (Path(__file__).parents[2] / "golden" / "evidence" / "evidence.json").read_text(encoding="utf-8")
META = Meta(time="2026-11-20T12:00:00Z", tool="promptctl 0.1.0", durations={"answers": 1.25})


def evidence(samples: list[CaseResult], meta: Meta = META, hosts: tuple[str, ...] = ("api.example.org",)) -> Evidence:
    return make_evidence(DIGEST, OTHER_DIGEST, samples, hosts, meta)


SAMPLES = [
    result("b", sample=1, scores={"helpful": 0.5, "score": 1}, replies=(reference(3),)),
    result("b", False, scores={"score": 1 / 3, "helpful": 0.25}, replies=(reference(1),), cost=1e-7 / 3),
    result("a", scores={"score": 1.0}, replies=(reference(0), reference(7))),
    result("c", "timed out", cost=None, latency_ms=None),
    result("a", model="other", cost=None, replies=(reference(5),)),
]


def test_result_is_the_recorded_one_byte_for_byte() -> None:
    """A golden text: kept evidence must be reproduced by every later version."""
    assert to_text(evidence(SAMPLES)) == GOLDEN


def test_order_and_last_bits_change_nothing() -> None:
    shuffled = [replace(sample, scores=dict(reversed(list(sample.scores.items())))) for sample in reversed(SAMPLES)]
    nudged = [replace(sample, cost=sample.cost and sample.cost * (1 + 1e-15)) for sample in shuffled]
    assert to_text(evidence(nudged)) == GOLDEN


def test_summary() -> None:
    found = result_dict(evidence(SAMPLES))
    assert found["models"] == [MODEL, "other"]
    assert found["counts"][MODEL] == {"cases": 3, "samples": 4, "passed": 2, "failed": 1, "errors": 1}
    assert found["scores"][MODEL]["pass_rate"] == 0.5
    assert found["scores"][MODEL]["helpful"] == 0.375
    assert found["intervals"]["other"] == {"pass_rate": [0.206549314377, 1]}


def test_text_is_json_with_one_sample_a_line() -> None:
    text = to_text(evidence(SAMPLES))
    assert json.loads(text) == to_dict(evidence(SAMPLES))
    assert sum(line.startswith('{"case":') for line in text.splitlines()) == len(SAMPLES)


def read(text: str) -> Evidence:
    return from_document(parse_yaml(text.encode(), "evidence.json"))


def test_a_file_is_read_back() -> None:
    meta = replace(META, replies="external", earlier=(META, replace(META, time="2026-11-19T12:00:00Z")))
    found = evidence(SAMPLES, meta)
    assert read(to_text(found)) == found


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ('"passed":false,"scores":{"helpful":0.25', '"passed":true,"scores":{"helpful":0.25', "PC059", "`counts`"),
        ('"helpful":0.25', '"helpful":0.75', "PC059", "`scores`"),
        ('"pass_rate":0.5', '"pass_rate":1', "PC059", "`scores`"),
        ('"pass_rate":[0.20', '"pass_rate":[0.90', "PC059", "`intervals`"),
        ('"models":["echo:echo","other"]', '"models":["other"]', "PC059", "`models`"),
        ('"error":"timed out"', '"error":null', "PC059", "`counts`"),
        ('"case":"c"', '"case":"b"', "PC059", "stands twice"),
        ('"passed":false,"scores":{},"error"', '"passed":true,"scores":{},"error"', "PC059", "in spite of an error"),
        ('"helpful":0.25', '"helpful":2', "PC012", "helpful"),
        ('"format":1', '"format":2', "PC012", "format"),
        ('"hosts":["api.example.org"]', '"host":["api.example.org"]', "PC012", "host"),
        (DIGEST, "sha256:zz", "PC012", "subject"),
    ],
)
def test_a_changed_file_is_refused(old: str, new: str, code: str, message: str) -> None:
    text = GOLDEN.replace(old, new, 1)
    assert text != GOLDEN
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert caught.value.code == code
    assert any(message in problem.message for problem in caught.value.problems)
    assert caught.value.problem.place is not None
    assert caught.value.problem.place.line is not None


scores = st.dictionaries(st.sampled_from(["score", "helpful", "contains"]), st.floats(0, 1), max_size=3)
samples = st.builds(
    result,
    st.sampled_from("abcd"),
    st.sampled_from([True, False, "timed out"]),
    model=st.sampled_from([MODEL, "other"]),
    sample=st.integers(0, 3),
    scores=scores,
    cost=st.none() | st.floats(0, 10),
    latency_ms=st.none() | st.floats(0, 1e6),
    replies=st.lists(st.builds(reference, st.integers(0, 99)), max_size=2).map(tuple),
)
runs = st.lists(samples, max_size=12, unique_by=lambda sample: (sample.case, sample.model, sample.sample))


@settings(max_examples=40)
@given(runs, st.randoms(use_true_random=False))
def test_every_evidence_is_read_back_and_spelled_alike(run: list[CaseResult], shuffler: random.Random) -> None:
    found = evidence(run)
    assert from_document(Document("evidence.json", json.loads(to_text(found)))) == found
    shuffler.shuffle(run)
    assert to_text(evidence(run)) == to_text(found)


def test_path() -> None:
    assert evidence_path(DIGEST, OTHER_DIGEST) == "evidence/abababababab-cdcdcdcdcdcd.json"


def test_pooling_adds_samples_and_remembers_the_runs() -> None:
    first = evidence([result("a", replies=(reference(0),))], replace(META, time="1"))
    second = evidence([result("a", False, sample=1, replies=(reference(1),))], replace(META, time="2"), ("b.example",))
    third = evidence([result("a", sample=2, replies=(reference(2),))], replace(META, time="3"))
    found = pool(pool(first, second), third)
    assert [sample.passed for sample in found.samples] == [True, False, True]
    assert found.hosts == ("api.example.org", "b.example")
    assert (found.meta.time, [run.time for run in found.meta.earlier]) == ("3", ["2", "1"])
    assert next_samples(found) == {f"{MODEL}\na": 3}


def test_the_same_replies_scored_again_are_not_counted_twice() -> None:
    found = evidence(SAMPLES)
    assert result_dict(pool(found, found)) == result_dict(found)


def test_an_answer_is_never_replaced() -> None:
    bad = evidence([result("a", False, replies=(reference(0),))])
    good = evidence([result("a", True, replies=(reference(1),))])
    with pytest.raises(StateError, match="two answers") as caught:
        pool(bad, good)
    assert caught.value.code == "PC060"
    timed_out = evidence([result("a", "timed out")])
    assert pool(bad, timed_out).samples == bad.samples
    assert pool(timed_out, bad).samples == bad.samples


@pytest.mark.parametrize("change", [{"subject": OTHER_DIGEST}, {"suite": DIGEST}])
def test_only_evidence_of_one_subject_and_suite_is_pooled(change: dict[str, Any]) -> None:
    found = evidence(SAMPLES)
    with pytest.raises(StateError, match="another prompt or suite"):
        pool(found, replace(found, **change))


@pytest.mark.parametrize(
    "change",
    [
        lambda reply: replace(reply, text="no"),
        lambda reply: replace(reply, cost=2.0),
        lambda reply: replace(reply, latency_ms=2.0),
        lambda reply: replace(reply, usage=Usage(input=1)),
        lambda reply: replace(reply, tool_calls=({"name": "f"},)),
    ],
)
def test_reply_digest_covers_everything(change: Callable[[Reply], Reply]) -> None:
    reply = Reply(text="yes", cost=1.0, latency_ms=1.0)
    assert reply_digest(reply) == reply_digest(Reply(text="yes", cost=1.0, latency_ms=1.0))
    assert reply_digest(change(reply)) != reply_digest(reply)


def test_samples_that_are_too_many_are_counted_and_hashed() -> None:
    many = evidence([result(f"case {number}", replies=(reference(number),)) for number in range(18_000)])
    text = to_text(many)
    assert len(text) < 2_000
    again = from_document(Document("evidence.json", json.loads(text)))
    assert again.samples == ()
    assert again.unlisted == result_dict(many)
    assert again.unlisted["unlisted"]["asked"] == {MODEL: [[1, 18_000]]}
    assert to_text(again) == text
    assert again.models == many.models
