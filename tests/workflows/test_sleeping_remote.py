"""A remote that takes the connection and then sleeps: every command ends at a deadline, and says what is true."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from promptctl.adapters.git.deadline import WAIT, patience
from promptctl.errors import UsageError
from tests.shipping import NAME, done, line, refused, remote_refs, served
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files

UNSENT = "ref refs/promptctl/unsent/main"
BACK = ("rollback", NAME, "staging", "--reason", "wrong queue")
FREEZE = ("freeze", "staging", "--reason", "holidays")
_SSH = """\
#!/bin/sh
case "$2" in *upload-pack*) part=fetch;; *) part=push;; esac
[ "$part" = push ] && [ -e {folder}/all ] && touch {folder}/fetch
[ -e {folder}/$part ] && exec cat {folder}/sleeping
if [ "$part" = push ] && [ -e {folder}/detached ]; then
  exec 3<&0
  (sh -c "$2" <&3 3<&- &)
  exec cat {folder}/sleeping
fi
exec sh -c "$2"
"""


@dataclass(frozen=True)
class Host:
    """What ssh leads to: it serves a fetch or push unless a file of that name says that it sleeps."""

    folder: Path
    repository: GitRepository

    def sleeps(self, *parts: str) -> None:
        for part in parts:
            (self.folder / part).touch()

    def wakes(self) -> None:
        for part in ("fetch", "push", "all", "detached"):
            (self.folder / part).unlink(missing_ok=True)

    def require_left(self) -> None:
        """Insists that no process waits there any more: a pipe that nobody reads cannot be written."""
        with pytest.raises(OSError, match=os.strerror(errno.ENXIO)):
            os.open(self.folder / "sleeping", os.O_WRONLY | os.O_NONBLOCK)

    def hook(self, name: str, script: str) -> None:
        build_files(self.repository.folder.parent, {f"origin.git/hooks/{name}": f"#!/bin/sh\n{script}\n"})
        (self.repository.folder.parent / f"origin.git/hooks/{name}").chmod(0o755)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    folder = tmp_path / "host"
    build_files(folder, {"ssh": _SSH.format(folder=folder)})
    (folder / "ssh").chmod(0o755)
    os.mkfifo(folder / "sleeping")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(folder / "ssh"))
    repository.git("config", "ssh.variant", "simple")
    repository.git("remote", "set-url", "origin", f"ssh://host{tmp_path}/origin.git")
    return Host(folder, repository)


def test_a_fetch_that_gets_no_answer_changes_nothing(host: Host) -> None:
    host.sleeps("fetch")
    before = snap(host.repository)
    ran = refused(host.repository, *FREEZE, code=4, error="PC171", **{WAIT: "0.3"})
    assert "git ls-remote failed: no answer from the remote within 0.3 s" in ran.err
    assert changed(before, snap(host.repository)) == set()
    host.require_left()


def test_a_push_that_gets_no_answer_is_unknown_and_the_next_command_sends_it(host: Host) -> None:
    host.sleeps("push")
    before, there = snap(host.repository), remote_refs(host.repository)
    ran = refused(host.repository, *FREEZE, code=4, error="PC114", **{WAIT: "1.5"})
    assert "nobody can tell whether origin has it: git push failed: no answer from the remote within 1.5 s" in ran.err
    assert changed(before, snap(host.repository)) == {UNSENT}
    host.require_left()
    host.wakes()
    assert remote_refs(host.repository) == there
    assert "sent what was recorded here before" in done(host.repository, *FREEZE).out
    assert UNSENT not in snap(host.repository)


@pytest.mark.parametrize("words", [("status",), BACK, ("hook", "no-secrets", "prompts/prompts.lock")])
def test_a_partial_clone_waits_no_longer_for_what_it_lacks(host: Host, tmp_path: Path, words: tuple[str, ...]) -> None:
    for key in ("allowFilter", "allowAnySHA1InWant"):
        host.repository.git("-C", str(tmp_path / "origin.git"), "config", f"uploadpack.{key}", "true")
    url = host.repository.git("config", "remote.origin.url")
    options = ("-q", "-c", "ssh.variant=simple", "--filter=blob:none", "--no-checkout")
    host.repository.git("clone", *options, url, str(tmp_path / "partial"))
    partial = GitRepository(tmp_path / "partial")
    if words[0] == "hook":
        partial.git("read-tree", "HEAD")
    host.sleeps("fetch")
    before = snap(partial)
    ran = refused(partial, *words, code=4, error="PC171", **{WAIT: "0.3"})
    assert "no answer from the remote within 0.3 s" in ran.err
    assert changed(before, snap(partial)) == set()
    host.require_left()


@pytest.mark.long
def test_a_remote_that_falls_asleep_for_good_ends_every_command(host: Host) -> None:
    host.sleeps("push", "all")
    refused(host.repository, *BACK, code=4, error="PC114", **{WAIT: "2"})
    kept = snap(host.repository)
    for command in (BACK, FREEZE, ("promote", f"{NAME}@1.2.0", "staging"), ("release",)):
        refused(host.repository, *command, code=4, **{WAIT: "0.5"})
        assert changed(kept, snap(host.repository)) == set()
    host.wakes()
    assert "sent what was recorded here before" in done(host.repository, *BACK).out
    assert served(host.repository) == "1.0.0"


@pytest.mark.long
@pytest.mark.parametrize("name", ["pre-receive", "post-receive"])
def test_a_hook_that_sleeps_before_the_refs_move_or_after(host: Host, name: str) -> None:
    host.hook(name, f"exec cat {host.folder}/sleeping")
    host.repository.git("remote", "set-url", "origin", str(host.repository.folder.parent / "origin.git"))
    if name == "post-receive":
        commit = done(host.repository, *FREEZE, "--json", **{WAIT: "3"}).data["published"]["commit"]
        assert remote_refs(host.repository)["refs/heads/main"] == commit
        assert UNSENT not in snap(host.repository)
    else:
        refused(host.repository, *FREEZE, code=4, error="PC114", **{WAIT: "3"})
    host.require_left()


@pytest.mark.long
@pytest.mark.parametrize("again", [FREEZE, BACK], ids=["same", "another"])
def test_what_lands_after_its_deadline_is_not_done_twice(host: Host, again: tuple[str, ...]) -> None:
    os.mkfifo(host.folder / "gate")
    host.hook("pre-receive", f"cat > /dev/null; cat {host.folder}/gate; exit 0")
    host.hook("reference-transaction", f"cat > /dev/null; [ $1 != committed ] || echo landed > {host.folder}/gate")
    host.sleeps("detached")
    refused(host.repository, *FREEZE, code=4, error="PC114", **{WAIT: "3"})
    kept = host.repository.git("rev-parse", "refs/promptctl/unsent/main")
    (host.folder / "gate").write_text("go on\n")
    assert (host.folder / "gate").read_text() == "landed\n"
    assert remote_refs(host.repository)["refs/heads/main"] == kept
    for name in ("pre-receive", "reference-transaction"):
        (host.repository.folder.parent / f"origin.git/hooks/{name}").unlink()
    host.wakes()
    done(host.repository, *again)
    assert UNSENT not in snap(host.repository)
    subjects = host.repository.git("log", "--format=%s", "origin/main").split("\n")
    assert subjects.count("freeze staging") == 1


@pytest.mark.long
def test_tags_that_may_have_landed_are_called_so(host: Host) -> None:
    from tests.versioning import PROMPT, locked, text

    host.repository.commit({PROMPT: text("one more queue")}, "edit")
    locked(host.repository)
    host.repository.commit(message="lock")
    host.repository.git("push", "-q", "origin", "main")
    host.sleeps("push")
    ran = refused(host.repository, "release", code=4, error="PC114", **{WAIT: "2"})
    assert "the tags are made here; nobody can tell whether origin has them" in ran.err
    host.wakes()
    done(host.repository, "release")
    assert "refs/tags/prompts/support/triage@v1.3.0" in remote_refs(host.repository)


@pytest.mark.parametrize("spelled", ["soon", "0", "-1", "inf", "nan"])
def test_a_deadline_that_is_no_number_of_seconds_is_refused(monkeypatch: pytest.MonkeyPatch, spelled: str) -> None:
    monkeypatch.setenv(WAIT, spelled)
    with pytest.raises(UsageError, match=WAIT):
        patience()
