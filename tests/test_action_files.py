"""What the action leaves for others: files, and one comment of the pull request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promptctl.reports.ci_markdown import MARKER
from tests.github_api import github_api
from tests.pulls import GOOD, SUITE, SUITE_FILE, Pull


@pytest.fixture
def pull(tmp_path: Path) -> Pull:
    return Pull(tmp_path)


def test_files_for_others_are_written_and_named(pull: Pull) -> None:
    runner = pull.merged(GOOD, "lock", "eval")
    done = runner.run(install="none", sarif="out/ci.sarif", junit="ci.xml")
    assert done.code == 0, done.log
    assert json.loads((runner.checkout / "out/ci.sarif").read_text())["version"] == "2.1.0"
    assert (runner.checkout / "ci.xml").read_text().count("<testsuite ") == 3
    assert done.outputs["sarif-file"] == str(runner.checkout / "out/ci.sarif")
    assert done.outputs["junit-file"] == str(runner.checkout / "ci.xml")
    assert Path(done.outputs["report-file"]).read_text() == done.summary
    assert Path(done.outputs["comment-file"]).read_text() == f"{MARKER}\n{done.summary}"


def test_one_comment_is_kept_whatever_the_outcome_is(pull: Pull) -> None:
    runner = pull.merged({SUITE_FILE: SUITE.replace("contains: charged", "contains: refunded")})
    runner.event = {"pull_request": {"number": 7}}
    with github_api() as api:
        runner.variables = api.variables
        assert runner.run(install="none").code == 1
        assert api.heard == []
        done = runner.run(install="none", comment="true")
        again = runner.run(install="none", comment="true", token="an-app's")
        assert (done.code, again.code) == (1, 1)
        assert "comment: created\n" in done.log
        assert "comment: unchanged\n" in again.log
        (kept,) = api.comments
        assert kept["body"].startswith(f"{MARKER}\n### ❌ promptctl: fail\n")
        assert {token for _, _, token in api.heard} == {"Bearer job-token", "Bearer an-app's"}
        api.comments.clear()
        api.faults = {"POST": [403]}
        forked = runner.run(install="none", comment="true")
    assert (forked.code, forked.outputs["outcome"]) == (1, "fail")
    assert "The comment was not posted: GitHub answered 403." in forked.summary


def test_a_run_that_an_error_stopped_says_so_in_the_comment_too(pull: Pull) -> None:
    runner = pull.merged({"promptctl.toml": "[lint]\nrequire = 7\n"})
    runner.event = {"pull_request": {"number": 7}}
    with github_api() as api:
        runner.variables = api.variables
        done = runner.run(install="none", comment="true")
        assert (done.code, done.outputs["outcome"]) == (2, "error")
        assert api.comments[0]["body"].startswith(f"{MARKER}\n### ❌ promptctl: not run\n")
