"""Asking anew: what --live adds to what is kept, and what --refresh replaces."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.errors import DocumentError
from tests.evals import FOLDER, Bench, bench, cases, saying
from tests.servers import status

SUITE = cases("ok one", "ok two")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, SUITE) as found:
        yield found


def counting(it: Bench) -> None:
    """A server whose answers all differ."""
    numbers = itertools.count()
    it.server.always = saying(lambda text: f"{text} {next(numbers)}")


def replies(it: Bench) -> list[str]:
    """The texts of the recorded replies, in no order."""
    files = (it.folder / FOLDER / "replies").glob("*.jsonl")
    return sorted(json.loads(line)["reply"]["text"] for file in files for line in file.read_text().splitlines())


def samples(it: Bench) -> list[tuple[str, int]]:
    return [(sample["case"], sample["sample"]) for sample in it.evidence()["result"]["samples"]]


def test_live_appends_with_new_indexes_and_pools(it: Bench) -> None:
    counting(it)
    it.eval()
    first = it.kept()
    pooled = it.eval(mode="live")
    assert (pooled.asked, it.asked) == (2, 4)
    assert samples(it) == [("ok one", 0), ("ok one", 1), ("ok two", 0), ("ok two", 1)]
    assert len(replies(it)) == 4
    (name,) = (name for name in first if name.startswith("replies/"))
    assert set(first[name].splitlines()) < set(it.kept()[name].splitlines())
    assert len(pooled.results) == 4
    assert len(it.evidence()["meta"]["earlier"]) == 1
    assert [check.outcome for check in it.verify().checks] == ["reproduced"]
    assert it.eval().asked == 0


def test_live_finds_what_a_lucky_run_did_not(it: Bench) -> None:
    assert it.eval().ok
    it.server.always = saying(lambda text: "no")
    worse = it.eval(mode="live")
    assert not worse.ok
    assert worse.verdict.flaky == ("ok one", "ok two")
    assert not it.eval().ok


@pytest.mark.parametrize("mode", ["auto", "live"])
def test_naming_the_provider_drops_no_answer_that_further_runs_added(it: Bench, mode: str) -> None:
    assert it.eval().ok
    it.server.always = saying(lambda text: "no")
    for _ in range(2):
        assert not it.eval(mode="live").ok
    it.server.always = saying(lambda text: "ok")
    named = it.eval(mode=mode, provider="relay")
    added = 2 * (mode == "live")
    assert (named.ok, named.asked, len(named.results)) == (False, added, 6 + added)
    assert len(samples(it)) == 6 + added
    assert not it.eval().ok


def test_live_under_another_suite_keeps_the_replies_there_are(it: Bench) -> None:
    counting(it)
    it.eval()
    (path,) = (it.folder / FOLDER / "replies").iterdir()
    before = path.read_text().splitlines()
    it.write({"eval.yaml": cases("ok one", "ok two", "ok three", expect="[{icontains: k}]")})
    again = it.eval(mode="live")
    assert again.asked == 3
    assert [(result.case, result.sample) for result in again.results] == [
        ("ok one", 0),
        ("ok one", 1),
        ("ok two", 0),
        ("ok two", 1),
        ("ok three", 0),
    ]
    assert set(before) < set(path.read_text().splitlines())
    assert "differs" not in {check.outcome for check in it.verify().checks}


def test_refresh_replaces_the_replies_and_the_evidence(it: Bench) -> None:
    counting(it)
    it.eval()
    it.eval(mode="live")
    old = set(replies(it))
    again = it.eval(mode="refresh")
    assert (again.asked, it.asked) == (2, 6)
    assert samples(it) == [("ok one", 0), ("ok two", 0)]
    assert len(replies(it)) == 2
    assert not old & set(replies(it))
    assert "earlier" not in it.evidence()["meta"]
    assert [check.outcome for check in it.verify().checks] == ["reproduced"]
    assert it.eval().asked == 0


def test_refresh_leaves_the_replies_of_other_suites(it: Bench) -> None:
    it.eval()
    it.write({"eval.yaml": cases("ok three")})
    it.eval()
    it.eval(mode="refresh")
    assert len(replies(it)) == 3


def test_refresh_is_the_way_out_of_broken_evidence(it: Bench) -> None:
    it.eval()
    (path,) = (it.folder / FOLDER / "evidence").iterdir()
    path.write_text(path.read_text()[:100])
    with pytest.raises(DocumentError):
        it.eval()
    assert it.eval(mode="refresh").ok
    assert [check.outcome for check in it.verify().checks] == ["reproduced"]


@pytest.mark.parametrize("mode", ["live", "refresh"])
def test_a_run_with_errors_changes_nothing_that_is_kept(it: Bench, mode: str) -> None:
    it.eval()
    before = it.kept()
    it.server.then(status(400))
    again = it.eval(mode=mode, concurrency=1)
    assert not again.ok
    assert it.kept() == before
    assert it.eval().ok
