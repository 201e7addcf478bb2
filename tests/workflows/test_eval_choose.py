"""Which suites and cases a run takes: those that failed last time, and those that a change touches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import FOLDER, NAME, PROMPT, Registry, cases, registry, saying
from tests.servers import status
from tests.support import build_files

SUITE = cases("ok one", "ok two", "ok three")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE) as found:
        yield found


def chosen(it: Registry, *arguments: str) -> tuple[list[str], list[str]]:
    """The cases that ran, and why."""
    ran = it.run("eval", *arguments, "--json")
    assert ran.code in (0, 1), ran
    samples = [sample["case"] for prompt in ran.data["prompts"] for sample in prompt["samples"]]
    return samples, [it["why"] for it in ran.data["chosen"]]


def test_what_failed_or_erred_runs_again_until_it_passes(it: Registry) -> None:
    it.refused("eval", "--rerun-failed", code=3, error="PC179")
    it.server.always = saying(lambda text: "no" if text in ("ok one", "ok three") else text)
    it.refused("eval", code=1)
    it.write({"prompt.yaml": PROMPT + "description: other words\n"})
    assert chosen(it, "--rerun-failed") == (["ok one", "ok three"], ["2 cases failed last time"])
    it.server.always = saying(lambda text: "no" if text == "ok three" else text)
    assert chosen(it, "--rerun-failed", "--replies", "refresh", "--filter", "*one")[0] == ["ok one"]
    assert chosen(it, "--rerun-failed", "--replies", "refresh") == (["ok three"], ["1 case failed last time"])
    it.server.always = None
    it.server.then(status(400))
    assert chosen(it, "--rerun-failed", "--replies", "refresh")[0] == ["ok three"]
    assert chosen(it, "--rerun-failed", "--replies", "refresh")[0] == ["ok three"]
    assert chosen(it, "--rerun-failed") == ([], ["no case failed last time"])
    assert "nothing to run" in it.done("eval", "--rerun-failed").out


def test_a_case_that_is_gone_failed_nowhere(it: Registry) -> None:
    it.server.always = saying(lambda text: "no")
    it.refused("eval", code=1)
    it.write({"eval.yaml": cases("ok one", "ok new")})
    assert chosen(it, "--rerun-failed") == (["ok one"], ["1 case failed last time"])
    it.write({"eval.yaml": cases("ok new")})
    assert chosen(it, "--rerun-failed") == ([], ["no case failed last time"])


def test_a_clone_knows_what_failed_by_evidence(it: Registry, tmp_path: Path) -> None:
    it.server.always = saying(lambda text: "no" if text == "ok two" else text)
    it.refused("eval", code=1)
    it.environment["PROMPTCTL_CACHE_DIR"] = str(tmp_path / "other machine")
    assert chosen(it, "--rerun-failed")[0] == ["ok two"]


def test_a_broken_note_is_none(it: Registry, tmp_path: Path) -> None:
    it.server.always = saying(lambda text: "no")
    it.refused("eval", code=1)
    (note,) = tmp_path.glob("**/runs/*/failed.json")
    for broken in ("", "[]", '{"support/triage": 1}', "\0"):
        note.write_text(broken)
        assert len(chosen(it, "--rerun-failed")[0]) == 3


def test_only_what_a_change_touches(it: Registry) -> None:
    build_files(it.folder, {"prompts/other/prompt.yaml": PROMPT, "prompts/other/eval.yaml": SUITE})
    assert chosen(it, "--changed")[1] == [f"new since {it.repository.git('rev-parse', '--short=7', 'HEAD')}"]
    assert chosen(it, "--changed", NAME) == ([], [])
    it.write({"eval.yaml": cases("ok one")})
    assert chosen(it, "--changed", NAME)[1][0].endswith(": eval.yaml")
    it.done("lock")
    it.repository.commit(message="other")
    head = it.repository.git("rev-parse", "HEAD")
    assert chosen(it, "--changed", "--base", head)[0] == []
    assert len(chosen(it, "--changed", "--base", "origin/main")[1]) == 2
    it.refused("eval", "--changed", "--base", "nowhere", code=3, error="PC180")
    assert "is no prompt of theirs" in it.refused("eval", "--changed", f"{NAME}@1.0.0", code=2).err
    assert "--base is the base of --changed or --untrusted" in it.refused("eval", "--base", "main", code=2).err


def test_cases_by_their_tags(it: Registry) -> None:
    tagged = SUITE.replace("  - name: ok two\n", "  - name: ok two\n    tags: {language: de}\n")
    it.write({"eval.yaml": tagged})
    assert chosen(it, "--tag", "language=de")[0] == ["ok two"]
    assert not (it.folder / FOLDER / "evidence").exists()
    it.refused("eval", "--tag", "language=fr", code=2, error="PC069")
    it.refused("eval", "--tag", "language", code=2, error="PC001")
    build_files(it.folder, {"prompts/other/prompt.yaml": PROMPT, "prompts/other/eval.yaml": SUITE})
    assert chosen(it, "--tag", "language=de")[0] == ["ok two"], "suites without such a case are left out"
    it.refused("eval", "other", "--tag", "language=de", code=2, error="PC069")
