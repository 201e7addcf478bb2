"""``eval show``: the latest evidence with its answers, judged again offline; what cannot be judged is still shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.evals.report import EvalReport
from promptctl.errors import StateError, UsageError
from promptctl.workflows.eval_report import report_of
from promptctl.workflows.eval_show import show_evidence
from tests.evals import FOLDER, KEY, NAME, PROMPT, Bench, bench, cases, forge, passed, registry

SUITE = cases("ok one", "no two", gate={"pass_rate": {"min": 0.5}})
OTHER = PROMPT.replace('template: "', 'template: "please ')


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, SUITE) as found:
        found.eval()
        assert found.asked == 2
        yield found


def show(it: Bench, text: str = NAME) -> EvalReport:
    """What is shown; it asks nobody and writes nothing."""
    before = it.files()
    found = show_evidence(Repository(it.folder), text, it.folder, it.context)
    assert it.asked == 0
    assert it.files() == before
    return found


def said(report: EvalReport) -> dict[str, Any]:
    return {row.case: (row.outcome, row.now[0].text, row.why) for row in report.rows}


def forget(it: Bench) -> None:
    it.cache.close()
    it.cache.path.unlink()


def evidence(it: Bench) -> Path:
    (path,) = (it.folder / FOLDER / "evidence").iterdir()
    return path


def test_the_latest_evidence_is_shown_with_answers_and_reasons(it: Bench) -> None:
    forget(it)
    it.environment = {}
    found = show(it)
    assert (found.outcome, found.ok, found.time) == ("pass", True, "2026-11-20T12:00:00Z")
    assert said(found) == {
        "no two": ("fail", "NO TWO", ("icontains: the answer lacks 'ok'",)),
        "ok one": ("pass", "OK ONE", ()),
    }
    assert [run.label for run in found.runs] == ["work"]
    assert found.rows[0].past[0].label == "work"
    assert found.notes == ()


def test_it_says_what_a_run_says(it: Bench) -> None:
    result = it.eval()
    report = report_of(Repository(it.folder), result, it.context)
    assert report == show(it)


def test_evidence_of_what_was_before_is_shown_and_named(it: Bench) -> None:
    it.write({"prompt.yaml": OTHER})
    found = show(it)
    assert found.outcome == "none"
    assert found.sentence.startswith("no verdict: its prompt or its suite is not here any more")
    assert found.notes[0].startswith("the prompt is another since: this is the evidence of ")
    assert said(found)["no two"] == ("fail", "NO TWO", ())
    it.write({"prompt.yaml": PROMPT, "eval.yaml": cases("ok one", "no three")})
    assert show(it).notes[0].startswith("the suite is another since: this is the evidence of another suite")


def test_evidence_of_exactly_these_files_comes_before_newer(it: Bench) -> None:
    it.write({"prompt.yaml": OTHER})
    it.eval()
    assert it.asked == 2
    it.write({"prompt.yaml": PROMPT})
    found = show(it)
    assert said(found)["ok one"][1] == "OK ONE"
    assert len(found.runs) == 2
    assert [len(row.past) for row in found.rows] == [2, 2]


def test_without_its_replies_the_outcomes_remain(it: Bench) -> None:
    (replies,) = (it.folder / FOLDER / "replies").iterdir()
    replies.unlink()
    forget(it)
    found = show(it)
    assert found.sentence == "no verdict: its replies are not here any more, so this is what was recorded."
    assert said(found) == {"no two": ("fail", None, ()), "ok one": ("pass", None, ())}
    assert not found.ok


def test_forged_evidence_is_refused(it: Bench) -> None:
    forge(it.folder, passed)
    with pytest.raises(StateError, match="does not follow from its replies"):
        show(it)


def test_a_file_of_evidence_can_be_named(it: Bench) -> None:
    path = evidence(it)
    assert said(show(it, path.relative_to(it.folder).as_posix())) == said(show(it))
    assert said(show(it, str(path))) == said(show(it))


@pytest.mark.parametrize("name", ["eval.json", "../evidence/x.json", f"{FOLDER}/evidence/gone.json", "/etc/x.json"])
def test_what_is_no_evidence_is_refused(it: Bench, name: str) -> None:
    with pytest.raises(UsageError) as error:
        show(it, name)
    assert error.value.code == "PC150"


def test_broken_evidence_is_left_out_and_named(it: Bench) -> None:
    path = evidence(it)
    path.with_name("0-0.json").write_text("{")
    assert "0-0.json" not in show(it).sentence
    assert show(it).notes[-1].startswith("left out: not valid JSON")
    path.unlink()
    with pytest.raises(StateError, match=f"there is no evidence of {NAME}"):
        show(it)


def test_no_input_shows_a_secret(tmp_path: Path) -> None:
    suite = f"cases: [{{name: leak, inputs: {{ticket: 'use {KEY}'}}, expect: [{{icontains: use}}]}}]\n"
    with bench(tmp_path, suite) as it:
        it.eval()
        assert it.asked == 1
        (row,) = show(it).rows
        assert row.inputs == {"ticket": "use [masked]"}
        assert KEY not in str(row)


def test_evidence_of_a_release_and_of_the_state_branch(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE) as found:
        found.promoted("1.0.0")
        assert found.asked == 2
        found.repository.git("checkout", "-q", "HEAD~1")
        assert not (found.folder / FOLDER / "evidence").exists()
        report = show_evidence(Repository(found.folder), f"{NAME}@1.0.0", found.folder, found.context)
        assert (report.outcome, report.runs[0].label, report.time > "2026") == ("pass", "1.0.0", True)
        found.write({"prompt.yaml": OTHER})
        latest = show_evidence(Repository(found.folder), NAME, found.folder, found.context)
        assert latest.notes[0].startswith("the prompt is another since: this is the evidence of 1.0.0 (")
        assert latest.outcome == "pass"


def test_a_baseline_that_was_never_judged_by_this_suite_is_compared_and_not_kept(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE) as it:
        it.done("eval")
        it.promoted("1.0.0")
        renamed = SUITE.replace("name: ok one", "name: first")
        it.write({"prompt.yaml": OTHER, "eval.yaml": renamed})
        it.done("eval")
        it.write({"eval.yaml": renamed.replace("gate: {", 'gate: {"against": "prod", ')})
        assert it.asked == 4
        shown = show(it)
        assert shown.baseline == "prod (1.0.0)"
        assert shown.notes == ()
