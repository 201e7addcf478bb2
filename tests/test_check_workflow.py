"""The workflow that judges pull requests: what it says where, and what a fork's change can do with it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.github_workflow import Hub, JobRun
from tests.pulls import GOOD, Pull
from tests.support import GitRepository
from tests.versioning import PROMPT, text

pytestmark = pytest.mark.timeout(900)
FILE = Path(__file__).parents[1] / "examples/github/check.yml"
BAD = {PROMPT: text("one queue").replace("ticket }}", "tickt }}")}
GH = """\
#!{python}
import json, subprocess, sys
from pathlib import Path

kept = Path({kept!r})
comments = json.loads(kept.read_text())
words = [it for it in sys.argv[1:] if it not in ("api", "--paginate", "--silent")]
if "--jq" in words:
    place, _, wanted = words
    subprocess.run(["jq", "-r", wanted], input=json.dumps(comments), text=True, check=True)
else:
    _, method, place, field, value = words
    body = Path(value.removeprefix("body=@")).read_text()
    if method == "PATCH":
        next(it for it in comments if place.endswith("/comments/%d" % it["id"]))["body"] = body
    else:
        comments.append({{"id": len(comments), "body": body, "user": {{"login": "github-actions[bot]"}}}})
    assert place.startswith("repos/acorn/prompts/issues/"), place
    kept.write_text(json.dumps(comments))
"""
OTHERS = [
    {"id": 0, "body": "<!-- promptctl ci --> I only look like it", "user": {"login": "mallory"}},
    {"id": 1, "body": "Something else", "user": {"login": "github-actions[bot]"}},
]


class Checked:
    """A pull request with its host, and the comments that it has."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.pull = folder, Pull(folder)
        self.hub = Hub(bare=folder / "origin.git", folder=folder)
        self.comments = folder / "comments.json"
        self.comments.write_text(json.dumps(OTHERS))
        program = folder / "host/gh"
        program.parent.mkdir()
        program.write_text(GH.format(python=sys.executable, kept=str(self.comments)))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    def run(self, *, fork: bool = False) -> dict[str, JobRun]:
        merge = GitRepository(self.folder / "origin.git").git("rev-parse", "refs/pull/1/merge")
        event = {"pull_request": {"number": 1, "head": {"repo": {"fork": fork}}}}
        return self.hub.run(FILE, "pull_request", merge, event=event)

    @property
    def said(self) -> list[str]:
        return [it["body"] for it in json.loads(self.comments.read_text())]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    return Checked(tmp_path, monkeypatch)


def results(jobs: dict[str, JobRun]) -> list[str]:
    return [job.result for job in jobs.values()]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("jq") is None, reason="the comment is found by jq, which gh brings with it")
def test_a_pull_request_has_one_comment_that_every_run_writes_anew(checked: Checked) -> None:
    checked.pull.merged(GOOD, "lock", "eval", depth=2)
    jobs = checked.run()
    assert results(jobs) == ["success"] * 3, jobs
    *others, ours = checked.said
    assert others == [it["body"] for it in OTHERS]
    assert ours.startswith("<!-- promptctl ci -->")
    kept = {name: sorted(it.name for it in path.iterdir()) for name, path in checked.hub.artifacts.items()}
    assert kept == {"promptctl-comment": ["comment.md"], "promptctl-findings": ["junit.xml", "promptctl.sarif"]}
    jobs = checked.run()
    assert results(jobs) == ["success"] * 3, jobs
    assert checked.said == [*others, ours]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("jq") is None, reason="the comment is found by jq, which gh brings with it")
def test_a_change_that_fails_is_told_all_the_same(checked: Checked) -> None:
    checked.pull.merged(BAD)
    assert results(checked.run()) == ["failure", "success", "success"]
    assert "L001" in checked.said[-1]


@pytest.mark.long
def test_a_fork_is_judged_by_what_its_base_holds_and_writes_nowhere(checked: Checked) -> None:
    checked.pull.merged({"prompts/support/triage/eval.yaml": "cases: []\n"})
    jobs = checked.run(fork=True)
    assert jobs["check"].result == "failure"
    assert [jobs[name].result for name in ("comment", "findings")] == ["skipped", "skipped"]
    assert checked.said == [it["body"] for it in OTHERS]
