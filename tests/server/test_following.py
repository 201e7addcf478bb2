"""The server follows the repository: what moved is served, and what cannot be read leaves the last good view."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.server import follower as module
from promptctl.server.follower import Follower
from tests.serving import serving
from tests.shipping import NAME, done, line
from tests.support import GitRepository


def test_a_move_is_seen(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    with serving(repository.folder) as server:
        path = f"/api/v1/environments/prod/prompts/{NAME}"
        assert server.ask(path).status == 404
        done(repository, "promote", NAME, "prod")
        wait_until(lambda: server.ask(path).status == 200)
        assert server.ask(path).json["version"] == "1.0.0"


def test_a_repository_that_is_gone_is_served_on(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    follower = Follower(repository.folder, poll=3600)
    view = follower.view
    (repository.folder / ".git").rename(tmp_path / "away")
    follower.look()
    assert follower.view is view
    assert follower.fault
    (tmp_path / "away").rename(repository.folder / ".git")
    follower.look()
    assert follower.fault is None


def test_what_is_here_is_followed_while_the_remote_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    follower = Follower(repository.folder, poll=3600, fetch=0.0)
    remote = Path(repository.git("remote", "get-url", "origin"))
    remote.rename(tmp_path / "away")
    repository.git("commit", "--allow-empty", "-q", "-m", "fetched by somebody else")
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    follower.look()
    assert follower.view.repository.commit == repository.git("rev-parse", "HEAD")
    fault = follower.fault
    monkeypatch.setattr(follower, "_fetch", 3600.0)
    follower.look()
    assert fault
    assert (follower.fault, follower.failures) == (fault, 1)
    (tmp_path / "away").rename(remote)
    monkeypatch.setattr(follower, "_fetch", 0.0)
    follower.look()
    assert follower.fault is None


def test_a_default_branch_that_was_renamed_is_followed(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    settings = (repository.folder / "promptctl.toml").read_text().replace('default_branch = "main"\n', "")
    repository.commit({"promptctl.toml": settings}, "the remote says which branch")
    repository.git("push", "-q")
    remote = GitRepository(Path(repository.git("remote", "get-url", "origin")))
    clone = GitRepository(tmp_path / "clone")
    repository.git("clone", "-q", str(remote.folder), str(clone.folder))
    follower = Follower(clone.folder, poll=3600, fetch=0.0)
    remote.git("branch", "-m", "main", "trunk")
    remote.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    follower.look()
    repository.git("fetch", "-q")
    repository.git("checkout", "-q", "-b", "trunk", "origin/trunk")
    repository.commit({"NEWS": "renamed"}, "after the rename")
    repository.git("push", "-q", "origin", "trunk")
    follower.look()
    assert follower.view.repository.commit == remote.git("rev-parse", "trunk")
    assert (follower.fault, follower.view.repository.default_branch) == (None, "trunk")


def test_a_branch_that_the_remote_lost_is_a_fault(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    follower = Follower(repository.folder, poll=3600, fetch=0.0)
    remote = GitRepository(Path(repository.git("remote", "get-url", "origin")))
    remote.git("branch", "-m", "main", "trunk")
    follower.look()
    assert follower.fault == "origin has no branch `main` any more: what it had last is served"
    remote.git("branch", "-m", "trunk", "main")
    follower.look()
    assert follower.fault is None


def test_what_moved_is_seen_while_somebody_is_busy_with_what_was(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    follower = Follower(repository.folder, poll=3600)
    busy, over = threading.Event(), threading.Event()

    def slow(_: Repository) -> bool:
        busy.set()
        return over.wait(10)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(follower.view.using, slow)
        assert busy.wait(10)
        repository.git("commit", "--allow-empty", "-q", "-m", "moved")
        repository.git("push", "-q")
        follower.look()
        seen = follower.view.repository.commit
        assert not asked.done()
        over.set()
    assert (asked.result(), seen) == (True, repository.git("rev-parse", "HEAD"))


def test_whatever_goes_wrong_is_looked_after_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follower = Follower(line(tmp_path, staged=("1.0.0",)).folder, poll=3600)

    def broken(_: Path) -> str:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(module, "mark_of", broken)
    follower.look()
    assert follower.fault == "RuntimeError: nobody thought of this"
    monkeypatch.undo()
    follower.look()
    assert follower.fault is None


def test_work_that_is_not_committed_is_not_served(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    (repository.folder / "prompts" / NAME / "prompt.yaml").write_text("template: changed\n")
    with serving(repository.folder) as server:
        assert server.ask(f"/api/v1/prompts/{NAME}").json["as_locked"]
        assert b"modified" not in server.ask("/api/v1/status").body


def wait_until(held: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for something that happens soon."""
    end = time.monotonic() + seconds
    while not held():
        assert time.monotonic() < end
        time.sleep(0.01)
