"""The pipeline for GitLab: the same line, from a push to pointer and bundle of prod, on a real remote."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import time_machine

from promptctl.core.moves.bundle import parse_bundle
from tests.gitlab_pipeline import Done, Lab
from tests.shipping import NAME, OTHER, done, line, remote_refs, served
from tests.support import SETTINGS, GitRepository
from tests.versioning import proposed, pushed, text

pytestmark = pytest.mark.timeout(900)
FILE = Path(__file__).parents[1] / "examples/gitlab/.gitlab-ci.yml"
PROMPT = f"prompts/{NAME}/prompt.yaml"
FROM_CI = SETTINGS.replace("gate = false", 'gate = false\nfrom = "ci"')


def lab(folder: Path, **variables: str) -> Lab:
    place = {"PROMPTCTL_BUNDLE": f"file://{folder}/prod.bundle.json"}
    return Lab(folder=folder, file=FILE, variables=place | {"PROMPTCTL_TOKEN": "write"} | variables)


def changed(work: GitRepository, word: str) -> str:
    work.git("pull", "-q", "--rebase")
    proposed(work, {PROMPT: text(word)})
    pushed(work)
    return work.git("rev-parse", "HEAD")


def bundled(path: Path) -> dict[str, str]:
    prompts = parse_bundle(path.read_bytes(), "bundle").prompts
    return {name: str(pointer.served.version) for name, pointer in prompts.items()}


def codes(jobs: dict[str, Done]) -> dict[str, int]:
    return {name: job.code for name, job in jobs.items()}


def test_from_a_push_to_the_bundle(tmp_path: Path) -> None:
    work = line(tmp_path, FROM_CI)
    sha = changed(work, "two queues")
    jobs = lab(tmp_path).run("push", sha, "prod")
    assert codes(jobs) == dict.fromkeys(("release", "staging", "prod", "bundle"), 0), jobs
    assert f"refs/tags/prompts/{NAME}@v1.3.0" in remote_refs(work)
    work.git("fetch", "-q")
    assert [served(work, environment) for environment in ("staging", "prod")] == ["1.3.0", "1.3.0"]
    assert bundled(tmp_path / "prod.bundle.json") == {NAME: "1.3.0", OTHER: "1.0.0"}
    said = work.git("log", "-1", "--format=%an%n%B", "origin/main")
    assert said.startswith("prod\n")
    assert "https://gitlab.example/acorn/prompts/-/pipelines/1" in said
    asked = subprocess.run(
        ["git", "credential", "fill"], cwd=jobs["prod"].folder, input="protocol=https\nhost=gitlab.example\n\n",
        env=os.environ | {"PROMPTCTL_TOKEN": "secret"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "password=secret" in asked.stdout.splitlines()


@pytest.mark.long
def test_prod_is_started_by_hand_and_what_is_live_reaches_the_bundle_without(tmp_path: Path) -> None:
    work = line(tmp_path)
    host = lab(tmp_path)
    jobs = host.run("push", changed(work, "two queues"), "prod")
    jobs = host.run("push", changed(work, "three queues"))
    assert codes(jobs) == dict.fromkeys(("release", "staging", "bundle"), 0), jobs
    assert bundled(tmp_path / "prod.bundle.json")[NAME] == "1.3.0"
    work.git("pull", "-q", "--rebase")
    done(work, "promote", NAME, "prod")
    done(work, "rollback", NAME, "prod", "--reason", "worse")
    jobs = host.run("push", work.git("rev-parse", "origin/main"), "prod")
    assert "nothing is new for staging" in jobs["staging"].log
    assert "nothing of what was planned is new for prod any more" in jobs["prod"].log
    assert bundled(tmp_path / "prod.bundle.json")[NAME] == "1.3.0"


@pytest.mark.long
def test_a_prompt_that_is_refused_holds_no_other_back(tmp_path: Path) -> None:
    work = line(tmp_path)
    steps = ("--steps", "50,100", "--minimum-requests", "10", "--minimum-minutes", "0")
    done(work, "promote", f"{NAME}@1.0.0", "staging")
    done(work, "rollout", "start", f"{NAME}@1.1.0", "staging", *steps)
    jobs = lab(tmp_path).run("push", changed(work, "two queues"), "prod")
    assert (jobs["staging"].code, jobs["staging"].allowed) == (3, True)
    assert f"{NAME} is split in staging" in jobs["staging"].log
    assert f"{OTHER} in prod: nothing -> 1.0.0" in jobs["prod"].log


@pytest.mark.long
@pytest.mark.parametrize(("word", "code"), [("two queues", 0), ("{{ tickt }}", 1)])
def test_a_merge_request_is_checked_with_reports_and_without_a_token(tmp_path: Path, word: str, code: int) -> None:
    work = line(tmp_path)
    base = work.git("rev-parse", "HEAD")
    work.git("checkout", "-qb", "topic")
    proposed(work, {PROMPT: text(word)})
    pushed(work)
    known, head = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base}, work.git("rev-parse", "HEAD")
    job = lab(tmp_path, PROMPTCTL_TOKEN="").run("merge_request_event", head, **known)["check"]
    assert job.code == code, job.log
    suites = ET.parse(job.reports["junit"]).getroot()
    assert bool(suites.findall(".//failure")) is bool(code)
    assert json.loads(job.reports["sarif"].read_text())["version"] == "2.1.0"


@pytest.mark.long
def test_without_the_token_nothing_is_written_and_the_job_says_so(tmp_path: Path) -> None:
    work = line(tmp_path)
    jobs = lab(tmp_path, PROMPTCTL_TOKEN="read").run("push", changed(work, "two queues"))
    assert jobs["release"].code == 4
    assert "no right" in jobs["release"].log
    assert "staging" not in jobs


@pytest.mark.long
def test_schedules_decide_and_look(tmp_path: Path) -> None:
    work = line(tmp_path, staged=("1.0.0",))
    done(work, "promote", f"{NAME}@1.0.0", "prod")
    steps = ("--steps", "50,100", "--minimum-requests", "10", "--minimum-minutes", "0")
    host, sha = lab(tmp_path), work.git("rev-parse", "origin/main")
    assert codes(host.run("schedule", sha, SCHEDULE="drift")) == {"drift": 0}
    signed = host.run("schedule", sha, SCHEDULE="drift", PROMPTCTL_SIGNED="true")
    assert codes(signed) == {"drift": 1}
    with time_machine.travel(datetime.now(UTC) - timedelta(days=40), tick=False):
        done(work, "rollout", "start", f"{NAME}@1.1.0", "staging", *steps)
    stale = host.run("schedule", work.git("rev-parse", "origin/main"), SCHEDULE="drift")
    assert codes(stale) == {"drift": 1}
    assert "notice[split-stale] in staging" in stale["drift"].log
    decided = host.run("schedule", work.git("rev-parse", "origin/main"), SCHEDULE="advance")
    assert codes(decided) == {"advance": 0}
    assert "no rollout is under way in prod" in decided["advance"].log
