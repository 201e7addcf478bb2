"""What CI compares with, on each event and in each kind of checkout."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.github import GithubEvent, read_event
from promptctl.workflows.ci_base import CiBase, find_base
from tests.support import GitRepository, new_repository, with_remote
from tests.versioning import PROMPT, opened, text


class GithubCheckouts:
    """Makes checkouts of the bare remote ``origin.git`` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bare = folder, GitRepository(folder / "origin.git")

    def checkout(self, commit: str, *options: str) -> GitRepository:
        """A detached checkout of one commit, as the checkout action makes it."""
        folder = self.folder / f"checkout-{len(list(self.folder.iterdir()))}"
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
        found = GitRepository(folder)
        found.git("remote", "add", "origin", f"file://{self.bare.folder}")
        found.git("fetch", "-q", "--no-tags", *options, "origin", f"+{commit}:refs/remotes/pull/1/merge")
        found.git("checkout", "-q", "--force", "refs/remotes/pull/1/merge")
        return found


class Remote(GithubCheckouts):
    """A bare remote with main (one commit ahead) and a pull request merged into it, as GitHub makes it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        work = with_remote(new_repository(folder / "work"), folder / "origin.git")
        self.work, self.fork = work, work.git("rev-parse", "HEAD")
        work.git("checkout", "-qb", "topic")
        self.head = work.commit({PROMPT: text("two")})
        work.git("checkout", "-q", "main")
        self.main = work.commit({"README.md": "x\n"})
        work.git("push", "-q")
        work.git("checkout", "-q", "--detach", "main")
        work.git("merge", "-q", "--no-ff", "-m", "pull request", "topic")
        self.merge = work.git("rev-parse", "HEAD")
        work.git("push", "-q", "origin", f"{self.merge}:refs/pull/1/merge", f"{self.head}:refs/pull/1/head")


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path)


PULL = GithubEvent(name="pull_request", base="main")


def base(
    repository: GitRepository, event: GithubEvent = GithubEvent(), wanted: str | None = None, *, fetch: bool = False
) -> CiBase:
    return find_base(opened(repository), wanted, event, fetch=fetch)


@pytest.mark.parametrize("options", [(), ("--depth=2",)])
def test_a_merged_pull_request_is_compared_with_its_first_parent(remote: Remote, options: tuple[str, ...]) -> None:
    found = base(remote.checkout(remote.merge, *options), PULL)
    assert (found.commit, found.fault) == (remote.main, None)


def test_a_shallow_one_says_what_to_fetch_and_the_line_works(remote: Remote) -> None:
    checkout = remote.checkout(remote.merge, "--depth=1")
    found = base(checkout, PULL)
    assert (found.commit, found.fault) == (None, f"the base {remote.main} is not in this clone")
    assert found.fetch == f"git fetch --no-tags --depth=1 origin {remote.main}"
    checkout.git(*found.fetch.split()[1:])
    assert base(checkout, PULL).commit == remote.main


def test_a_shallow_one_may_fetch_it_alone(remote: Remote) -> None:
    checkout = remote.checkout(remote.merge, "--depth=1")
    assert base(checkout, PULL, fetch=True).commit == remote.main
    assert checkout.git("rev-parse", "--is-shallow-repository") == "true"
    assert checkout.git("rev-list", "--all", "--count") == "1"


def test_a_remote_that_does_not_give_it_is_no_traceback(remote: Remote) -> None:
    checkout = remote.checkout(remote.merge, "--depth=1")
    checkout.git("remote", "set-url", "origin", f"file://{remote.folder}/nowhere")
    assert base(checkout, PULL, fetch=True).fault == f"the base {remote.main} is not in this clone"


def test_a_pull_requests_own_head_is_compared_with_where_it_left_its_base(remote: Remote) -> None:
    checkout = remote.checkout(remote.head)
    assert base(checkout, PULL).fetch == "git fetch --no-tags origin +refs/heads/main:refs/remotes/origin/main"
    assert base(checkout, PULL, fetch=True).commit == remote.fork
    assert checkout.git("rev-parse", "--is-shallow-repository") == "false"
    shallow = remote.checkout(remote.head, "--depth=1")
    assert base(shallow, PULL, fetch=True).commit == remote.main


def test_other_events(remote: Remote) -> None:
    checkout = remote.checkout(remote.main)
    push = GithubEvent(name="push", payload={"before": remote.fork})
    queue = GithubEvent(name="merge_group", payload={"merge_group": {"base_sha": remote.fork}})
    assert [base(checkout, event).commit for event in (push, queue)] == [remote.fork] * 2
    shallow = remote.checkout(remote.main, "--depth=1")
    assert base(shallow, push).fetch == f"git fetch --no-tags --depth=1 origin {remote.fork}"
    assert base(shallow, push, fetch=True).commit == remote.fork


@pytest.mark.parametrize("payload", [{}, {"before": "0" * 40}, {"before": 3}])
def test_without_a_word_of_the_event_history_decides(remote: Remote, payload: dict[str, Any]) -> None:
    remote.work.git("checkout", "-q", "topic")
    found = base(remote.work, GithubEvent(name="push", payload=payload))
    assert (found.commit, found.fault) == (remote.fork, None)
    shallow = remote.checkout(remote.head, "--depth=1")
    found = base(shallow, GithubEvent(name="push", payload=payload))
    assert found.fault is not None
    assert (found.fetch or "").startswith("git fetch ")


def test_a_base_that_is_asked_for(remote: Remote) -> None:
    remote.work.git("checkout", "-q", "topic")
    assert base(remote.work, wanted="main").commit == remote.fork
    assert base(remote.work, wanted=remote.fork[:10]).commit == remote.fork
    assert base(remote.work, wanted="nowhere").fault == "the base nowhere is not in this clone"
    assert (
        base(remote.work, wanted="--upload-pack=x", fetch=True).fault == "the base --upload-pack=x is not in this clone"
    )


def test_before_the_first_commit_there_is_nothing_to_compare_with(folder: Path) -> None:
    repository = GitRepository(folder)
    repository.git("init", "-q", "-b", "main")
    assert base(repository) == CiBase()


def test_what_a_runner_says_of_its_event(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"before": "x", "merge_group": {"base_sha": "y"}}))
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(file)}
    event = read_event(runner)
    assert (event.name, event.text("before"), event.text("merge_group", "base_sha")) == ("push", "x", "y")
    assert event.text("merge_group") == event.text("before", "more") == event.text("nothing") == ""
    assert read_event({"GITHUB_EVENT_NAME": "push"}) == GithubEvent()
    for content in ("{", "[1]", "", '"\\ud800"'):
        file.write_text(content)
        assert read_event(runner).payload == {}
    assert read_event(runner | {"GITHUB_EVENT_PATH": str(tmp_path)}).payload == {}
