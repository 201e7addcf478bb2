"""``cache stats``, ``cache explain`` and ``cache prune`` as people and programs get them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.run_journal import RunJournal
from promptctl.core.caching.key import APPLICATION
from tests.adapters.test_run_journal import HEAD
from tests.caching import reply
from tests.evals import FOLDER, NAME, PROMPT, Registry, cases, registry
from tests.support import build_files


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, cases("ok one", "ok two", repeat=2)) as found:
        found.done("eval")
        found.asked  # noqa: B018
        yield found


def test_stats_explain_and_prune(it: Registry) -> None:
    stats = it.done("cache", "stats", "--json").data
    (group,) = stats["groups"]
    assert (stats["entries"], group["prompt"], group["provider"], group["entries"]) == (4, NAME, "relay", 4)
    shown = it.done("cache", "stats").out
    assert re.search(r"replies-v1\.sqlite3: 4 entries, [0-9.]+ kB\n", shown)
    assert re.search(rf"^eval +{NAME} +relay +gpt-4\.1-2025-04-14 +4 ", shown, re.M)

    assert it.done("cache", "explain", NAME).out == "4 answers: 4 recorded\n"
    build_files(it.folder, {f"{FOLDER}/prompt.yaml": PROMPT.replace("temperature: 0", "temperature: 1")})
    explained = it.done("cache", "explain", NAME, "--case", "ok t*").out
    assert explained.splitlines() == [
        "2 answers: 2 would be asked for",
        "case       model  from   why",
        "ok two     m-1    asked  parameters.temperature 0 -> 1",
        "ok two #2  m-1    asked  parameters.temperature 0 -> 1",
    ]
    assert [answer["source"] for answer in it.done("cache", "explain", NAME, "--json").data["answers"]] == ["asked"] * 4
    assert it.asked == 0

    assert it.done("cache", "prune", "--json").data["deleted"] == 0
    assert it.done("cache", "prune", "--older-than", "1d", "--max-size", "1GB", "--json").data["deleted"] == 0
    assert it.done("cache", "prune", "--all").out.startswith("deleted 4 entries, ")
    assert it.done("cache", "stats").out.count("\n") == 1


def test_what_applications_keep_stands_beside_it_with_what_it_saved(it: Registry) -> None:
    key = f"{APPLICATION}{'0' * 64}"
    it.cache.put(key, reply(model="m"), prompt="support/triage")
    it.cache.put(f"{APPLICATION}{'1' * 64}", reply(model="n"), prompt="support/triage")
    it.cache.put(f"{APPLICATION}{'2' * 64}", replace(reply(model="u"), cost=None), prompt="support/triage")
    for _ in range(3):
        assert it.cache.get(key)
    assert it.cache.get(f"{APPLICATION}{'2' * 64}")
    it.cache.close()
    groups = {(group["use"], group["model"]): group for group in it.done("cache", "stats", "--json").data["groups"]}
    assert {model: groups["app", model]["saved"] for model in "mnu"} == {"m": "0.000006", "n": "0", "u": None}
    assert [key for key, _ in groups if key == "eval"] == ["eval"]
    shown = it.done("cache", "stats").out
    assert re.search(r"^app +support/triage +openai +m +1 ", shown, re.M)
    assert "$0.000006" in shown
    assert "unknown" in shown


def test_all_deletes_journals_too_but_not_of_runs_that_live(it: Registry) -> None:
    folder = it.cache.path.parent / "runs" / "0123456789abcdef"
    live = RunJournal.start(folder, HEAD)
    RunJournal.start(folder, HEAD).close()
    (folder / "notes.txt").touch()
    assert it.done("cache", "prune", "--json").data["journals"] == 0
    assert "entries and 1 journal of runs, " in it.done("cache", "prune", "--all").out
    assert sorted(path.name for path in folder.iterdir()) == sorted([live.path.name, "notes.txt"])
    live.close()
    assert it.done("cache", "prune", "--all", "--json").data["journals"] == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["prune", "--max-size", "lots"], "PC182"),
        (["prune", "--older-than", "30"], "PC182"),
        (["prune", "--all", "--max-size", "1MB"], "PC184"),
        (["explain", NAME, "--case", "zzz"], "PC069"),
    ],
)
def test_what_is_refused(it: Registry, arguments: list[str], error: str) -> None:
    it.refused("cache", *arguments, code=2, error=error)


def test_limits_of_the_environment_are_kept_to_and_checked(it: Registry) -> None:
    it.environment["PROMPTCTL_CACHE_MAX_SIZE"] = "0B"
    assert it.done("cache", "prune", "--json").data["deleted"] == 4
    it.environment["PROMPTCTL_CACHE_MAX_AGE"] = "forever"
    it.refused("eval", code=2, error="PC182")
