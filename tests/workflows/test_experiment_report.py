"""Reports of experiments that were started: what they say while these run, at their ends, and when arms lost units."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promptctl import schemas
from promptctl.core.json_schemas.value_schema import validator
from tests.experiments import PATH, TONE, Behaviour, draft, observed, started
from tests.shipping import copied, done, refused, run
from tests.support import GitRepository, Ran

EVEN = {"control": Behaviour(), "friendly": Behaviour()}
BETTER = EVEN | {"friendly": Behaviour(resolves=0.65)}
SECONDARY = (
    "design:\n",
    "  secondary:\n    - {metric: latency_p95, direction: decrease}\n  segments: [plan]\ndesign:\n",
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a repository whose experiment runs, and its remote; for copies."""
    return started(tmp_path_factory.mktemp("started"), SECONDARY)


@pytest.fixture
def repository(running: Path, tmp_path: Path) -> GitRepository:
    return copied(running, tmp_path)


def report(repository: GitRepository, store: str, *options: str) -> Ran:
    return run(repository, "experiment", "report", TONE, "--store", store, *options)


def data(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)["data"]
    assert validator(schemas.load("experiment-report")).is_valid(found)
    return found


def test_while_it_runs_intervals_are_always_valid(repository: GitRepository, tmp_path: Path) -> None:
    store = observed(repository, 240, BETTER)
    shown = report(repository, store)
    assert shown.code == 0, shown
    assert shown.out.startswith("tone: keep running: 240 of 1,000 units; the next look is at 250\n")
    assert "valid whenever one looks" in shown.out
    assert [line for line in shown.out.splitlines() if len(line) > 80] == []
    found = data(report(repository, store, "--json"))
    primary, guardrail, secondary = found["effects"]
    assert [it["role"] for it in found["effects"]] == ["primary", "guardrail", "secondary"]
    assert all(it["always_valid"] for it in found["effects"])
    assert primary["interval"][0] < primary["difference"] < primary["interval"][1]
    assert (primary["says"] == "open") == (primary["p"] >= 0.05)
    assert secondary["adjusted_p"] == secondary["p"]
    assert guardrail["says"] in ("within", "open")
    assert [look["fraction"] for look in found["looks"]] == [0.25, 0.5, 0.75, 1.0]
    assert [it["value"] for it in found["segments"]] == [""]
    page, markdown = tmp_path / "report.html", report(repository, store, "--markdown", "--html", "report.html")
    assert markdown.out.startswith("## Experiment `tone`\n\n⏳ **keep running**")
    assert "<h1>tone: keep running" in (repository.folder / page.name).read_text()


def test_a_look_that_is_due_is_not_taken_by_looking(repository: GitRepository) -> None:
    store = observed(repository, 600, BETTER)
    before = repository.git("rev-parse", "origin/main")
    for _ in range(2):
        found = data(report(repository, store, "--json"))
        assert found["verdict"]["verdict"] == "keep running"
        assert "promptctl experiment advance tone" in found["verdict"]["because"]
    assert repository.git("rev-parse", "origin/main") == before
    done(repository, "experiment", "advance", TONE, "--store", store)
    ended = data(report(repository, store, "--json"))
    assert (ended["state"], ended["verdict"]["verdict"], ended["verdict"]["arm"]) == ("concluded", "ship", "friendly")
    primary, look = ended["effects"][0], ended["looks"][0]
    assert (primary["always_valid"], primary["says"]) == (False, "better")
    assert primary["p"] < 0.05
    assert len(ended["looks"]) == 1
    assert look["z"]["friendly"] > look["boundary"]
    assert primary["interval"][0] > 0
    # Only what the look decided is fixed: the rest was looked at before the sample was there.
    assert all(it["always_valid"] for it in ended["effects"][1:])


def test_lost_units_block_the_verdict(repository: GitRepository) -> None:
    lossy = BETTER | {"control": Behaviour(kept=0.6)}
    shown = report(repository, observed(repository, 900, lossy))
    assert (shown.code, shown.out.startswith("tone: no verdict: ")) == (1, True), shown
    assert "arms do NOT have the units that they should have" in shown.out


def test_nothing_was_called_yet(repository: GitRepository) -> None:
    found = data(report(repository, observed(repository, 0, EVEN), "--json"))
    assert found["units"]["counted"] == 0
    assert {it["says"] for it in found["effects"]} <= {"unknown", "open"}
    assert found["sample_ratio"] == {"p": None, "ok": True}


def test_a_draft_and_an_unknown_name_have_no_report(repository: GitRepository) -> None:
    store = observed(repository, 0, EVEN)
    refused(repository, "experiment", "report", "nothing", "--store", store, code=2, error="PC255")
    draft(repository, ("experiment: tone", "experiment: other"))
    (repository.folder / PATH).rename(repository.folder / PATH.replace(TONE, "other"))
    refused(repository, "experiment", "report", "other", "--store", store)
