"""``ci`` on the checkouts that CI has: of depth 1, of depth 2, and whole; with pointers on a branch of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.evals import PROMPT, Registry, cases, registry, saying
from tests.shipping import run
from tests.support import GitRepository
from tests.workflows.test_ci_base import GithubCheckouts

TAG = "refs/tags/prompts/support/triage@v1.0.0"


def shipped(it: Registry) -> None:
    """1.0.0 is live in prod and 1.1.0 in staging; 1.2.0 is on main, and a topic would make it 2.0.0."""
    it.server.always = saying(lambda text: f"OK {text}")
    it.commit_evidence()
    for version, environments in {"1.0.0": ("staging", "prod"), "1.1.0": ("staging",), "1.2.0": ()}.items():
        if version != "1.0.0":
            it.release({"prompt.yaml": PROMPT.replace("{{", f"{version} {{{{")})
        for environment in environments:
            it.promoted(version, environment)
            it.repository.git("pull", "-q", "--rebase")
    it.repository.git("push", "-q", "origin", "main", "--tags")
    it.repository.git("checkout", "-qb", "topic")
    it.write(
        {"prompt.yaml": PROMPT.replace("inputs:\n", "inputs:\n  user: string\n").replace("{{ t", "{{ user }} {{ t")}
    )
    it.write({"eval.yaml": cases("one").replace("{ticket: one}", "{ticket: one, user: Ann}")})
    it.done("lock")
    it.done("eval")
    it.repository.commit(message="topic")
    it.repository.git("checkout", "-q", "--detach", "origin/main")
    it.repository.git("merge", "-q", "--no-ff", "-m", "pull request", "topic")
    it.repository.git("push", "-q", "origin", "HEAD:refs/pull/1/merge")


@dataclass
class Pull:
    """A pull request's merge on a bare remote, and checkouts of it."""

    folder: Path
    it: Registry
    checkouts: GithubCheckouts = field(init=False)

    def __post_init__(self) -> None:
        self.checkouts = GithubCheckouts(self.folder)
        (self.folder / "event.json").write_text("{}")

    def ci(self, checkout: GitRepository, *options: str, code: int) -> Any:
        event = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(self.folder / "event.json")}
        job = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", **event, **self.it.environment}
        ran = run(checkout, "ci", "--json", *options, **job)
        assert ran.code == code, ran
        return ran.data

    def checkout(self, *options: str) -> GitRepository:
        return self.checkouts.checkout(self.it.repository.git("rev-parse", "HEAD"), *options)


@pytest.fixture(scope="module")
def pull(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pull]:
    folder = tmp_path_factory.mktemp("depths")
    with registry(folder, cases("one"), stage=shipped) as it:
        yield Pull(folder, it)


def served(data: Any) -> list[tuple[str, str, str, str, str | None]]:
    return [
        (plan["environment"], move["serving"], move["possible"], move["direction"], move["class"])
        for plan in data["plans"]
        for move in plan["moves"]
    ]


def test_depth_two_judges_all_but_what_only_tags_tell(pull: Pull) -> None:
    checkout = pull.checkout("--depth=2")
    data = pull.ci(checkout, code=0)
    (impact,) = data["impacts"]
    assert (impact["class"], impact["before"], impact["after"]) == ("major", "1.2.0", "2.0.0")
    assert data["evals"][0]["outcome"] == "pass"
    assert served(data) == [
        ("staging", "1.1.0", "2.0.0", "upgrade", None),
        ("prod", "1.0.0", "2.0.0", "upgrade", None),
    ]
    tags = [found for found in data["unjudged"] if found["kind"] == "plan"]
    assert ["1.1.0" in tags[0]["why"], "1.0.0" in tags[1]["why"]] == [True, True]
    assert [found["decides"] for found in data["unjudged"]] == [False] * len(data["unjudged"])
    assert tags[1]["command"] == f"git fetch --no-tags --depth=1 origin {TAG}:{TAG}"
    for found in tags:
        checkout.git(*found["command"].split()[1:])
    again = pull.ci(checkout, code=0)
    assert {row[-1] for row in served(again)} == {"major"}
    assert [found for found in again["unjudged"] if found["kind"] == "plan"] == []
    assert checkout.git("rev-parse", "--is-shallow-repository") == "true"


def test_with_fetch_it_brings_those_tags_and_nothing_else(pull: Pull) -> None:
    checkout = pull.checkout("--depth=1")
    data = pull.ci(checkout, "--fetch", code=0)
    assert {row[-1] for row in served(data)} == {"major"}
    assert sorted(checkout.git("tag").split()) == ["prompts/support/triage@v1.0.0", "prompts/support/triage@v1.1.0"]
    assert int(checkout.git("rev-list", "--all", "--count")) == 3, "the merge and a commit for each tag"


def test_depth_one_says_what_to_fetch(pull: Pull) -> None:
    checkout = pull.checkout("--depth=1")
    data = pull.ci(checkout, code=3)
    assert (data["changed"], data["impacts"], data["plans"]) == (None, [], [])
    (left,) = [found for found in data["unjudged"] if found["decides"]]
    assert (
        left["command"] == f"git fetch --no-tags --depth=1 origin {pull.it.repository.git('rev-parse', 'origin/main')}"
    )
    checkout.git(*left["command"].split()[1:])
    assert pull.ci(checkout, code=0)["impacts"] != []


def test_whole_and_shallow_say_the_same(pull: Pull) -> None:
    """What is known does not depend on how it came here."""
    bare, whole = pull.checkout(), pull.checkout()
    whole.git("fetch", "-q", "--tags", "origin")
    shallow = pull.checkout("--depth=2")
    told = json.dumps(pull.ci(shallow, "--fetch", code=0))
    assert json.dumps(pull.ci(whole, code=0)) == told
    assert json.dumps(pull.ci(bare, "--fetch", code=0)) == told, "a clone without branches is not a remote without"


def test_pointers_on_a_branch_of_their_own(pull: Pull) -> None:
    """Neither the base nor the merge has them; the one branch brings them."""
    it, repository = pull.it, pull.it.repository
    merge = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "--detach", "origin/main")
    settings = (it.folder / "promptctl.toml").read_text().replace("[repository]\n", '[repository]\nstate = "live"\n')
    repository.git("push", "-q", "origin", "HEAD:refs/heads/live")
    repository.git("rm", "-rq", "prompts/environments")
    base = repository.commit({"promptctl.toml": settings})
    repository.git("merge", "-q", "--no-ff", "-m", "pull request", "topic")
    repository.git("push", "-q", "origin", f"{base}:refs/heads/other", "HEAD:refs/pull/2/merge")
    try:
        checkout = pull.checkout("--depth=2")
        data = pull.ci(checkout, code=0)
        (left,) = [found for found in data["unjudged"] if found["kind"] == "plan"]
        assert data["plans"] == []
        line = "git fetch --no-tags --depth=1 origin +refs/heads/live:refs/remotes/origin/live"
        assert (left["command"], left["decides"]) == (line, False)
        assert served(pull.ci(checkout, "--fetch", code=0))[1][:3] == ("prod", "1.0.0", "2.0.0")
        assert checkout.git("rev-list", "--count", "refs/remotes/origin/live") == "1"
    finally:
        repository.git("checkout", "-q", "--detach", merge)


def test_a_remote_that_is_gone_is_said(pull: Pull) -> None:
    checkout = pull.checkout("--depth=2")
    checkout.git("remote", "set-url", "origin", f"file://{pull.folder}/nowhere")
    data = pull.ci(checkout, "--fetch", code=0)
    assert [found["command"].split()[:3] for found in data["unjudged"]][-1] == ["git", "fetch", "--no-tags"]
