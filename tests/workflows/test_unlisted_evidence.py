"""Evidence whose samples are too many to be listed: it is made again from replies, and nothing else vouches for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.evals.evidence_document import from_document, result_dict, to_text
from promptctl.core.files.document import Document
from promptctl.errors import StateError
from promptctl.workflows.eval_show import show_evidence
from tests.evals import FOLDER, NAME, Bench, bench, cases

SUITE = cases("ok one", "no two", "ok three", gate={"pass_rate": {"min": 0.5}})


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    """Evidence of few samples, written as if they were too many."""
    with bench(tmp_path, SUITE) as found:
        found.eval()
        path = evidence(found)
        known = from_document(Document("evidence.json", json.loads(path.read_text())))
        path.write_text(to_text(replace(known, samples=(), unlisted=result_dict(known, listed=False))))
        assert found.asked == 3
        yield found


def evidence(it: Bench) -> Path:
    (path,) = (it.folder / FOLDER / "evidence").iterdir()
    return path


def change(it: Bench, **stated: Any) -> None:
    written = json.loads(evidence(it).read_text())
    written["result"]["unlisted"] |= stated
    evidence(it).write_text(json.dumps(written))


def outcome(it: Bench) -> str:
    (check,) = it.verify().checks
    return check.outcome


def test_it_is_reproduced_from_what_is_kept(it: Bench) -> None:
    assert json.loads(evidence(it).read_text())["result"]["samples"] == []
    assert outcome(it) == "reproduced"
    result = it.eval()
    assert (result.ok, len(result.results), result.asked, it.asked) == (True, 3, 0, 0)


def test_it_is_shown_with_its_answers(it: Bench) -> None:
    found = show_evidence(Repository(it.folder), NAME, it.folder, it.context)
    assert [(row.case, row.now[0].text) for row in found.rows if row.outcome == "fail"] == [("no two", "NO TWO")]
    assert [(run.cases, run.passed) for run in found.runs] == [(3, 2)]


def test_without_replies_nothing_vouches_for_it(it: Bench) -> None:
    for path in (it.folder / FOLDER / "replies").iterdir():
        path.unlink()
    it.cache.close()
    it.cache.path.unlink()
    assert outcome(it) == "not judged"
    with pytest.raises(StateError) as caught:
        it.eval(mode="recorded")
    assert caught.value.code == "PC065"
    assert show_evidence(Repository(it.folder), NAME, it.folder, it.context).outcome == "none"


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ({"digest": "sha256:" + "0" * 64}, "differs"),
        ({"count": 4}, "broken"),
        ({"count": 6, "asked": {"bench:m-1": [[2, 3]]}}, "not judged"),
        ({"count": 2, "asked": {"bench:m-1": [[1, 2]]}}, "not judged"),
        ({"asked": {}}, "broken"),
        ({"asked": {"other": [[1, 3]]}}, "broken"),
    ],
)
def test_what_was_changed_in_it_is_no_evidence(it: Bench, stated: dict[str, Any], found: str) -> None:
    model = json.loads(evidence(it).read_text())["result"]["models"][0]
    asked = {model if name == "bench:m-1" else name: runs for name, runs in stated.get("asked", {}).items()}
    change(it, **stated | ({"asked": asked} if "asked" in stated else {}))
    assert outcome(it) == found


def test_better_counts_do_not_pass(it: Bench) -> None:
    text = evidence(it).read_text()
    evidence(it).write_text(text.replace('"passed":2,"failed":1', '"passed":3,"failed":0'))
    assert evidence(it).read_text() != text
    assert outcome(it) == "differs"
    with pytest.raises(StateError) as caught:
        it.eval(mode="recorded")
    assert caught.value.code == "PC067"


def test_samples_beside_it_are_malformed(it: Bench) -> None:
    written = json.loads(evidence(it).read_text())
    written["result"]["samples"] = [
        {"case": "ok one", "model": "m", "sample": 0, "passed": True, "scores": {}, "error": None, "cost": None,
         "latency_ms": None, "replies": []}
    ]  # fmt: skip
    evidence(it).write_text(json.dumps(written))
    assert outcome(it) == "broken"


def test_a_further_run_is_pooled_with_it(it: Bench) -> None:
    result = it.eval(mode="live")
    assert (len(result.results), it.asked) == (6, 3)
    assert outcome(it) == "reproduced"
