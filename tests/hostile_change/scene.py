"""What hostile changes meet: a team's bare remote, a fork that pushes to it, secrets and traps on the machine."""

from __future__ import annotations

import secrets
import socket
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from tests.hostile_change.change import CANARY, SECRETS, SERVER, Change, Content, Gitlink, Link, Program
from tests.hostile_change.team import team_files
from tests.servers import ModelServer, model_server
from tests.support import GitRepository, build_files, new_repository, promptctl, succeed, with_remote

MARK = "s3cr3t"
_FORK = "refs/heads/fork"
VARIABLES = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "RELAY_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "DEPLOY")


@dataclass(kw_only=True)
class Scene:
    """``canary`` is a folder in which only something that ran leaves a file; ``door`` a server that nobody must ask.

    ``secrets`` are variables of the environment, each with a value of its own, which stands in a file too.
    """

    folder: Path
    work: GitRepository
    canary: Path
    door: socket.socket
    relay: ModelServer
    secrets: dict[str, str]
    trust: dict[str, str]
    seen: int = 0

    @property
    def bare(self) -> GitRepository:
        """The team's remote."""
        return GitRepository(self.folder / "origin.git")

    def fresh(self) -> Path:
        """A folder that does not exist yet, for a clone."""
        self.seen += 1
        return self.folder / f"at-{self.seen}"

    def asked(self) -> int:
        """How many connections the server that nobody must ask has seen since this was last asked."""
        count = len(self.relay.received)
        self.relay.received.clear()
        while True:
            try:
                self.door.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1

    def filled(self, text: str) -> str:
        """A text of a change with what it stands for: where canaries die, the server, files with secrets."""
        port = self.door.getsockname()[1]
        found = text.replace(CANARY, str(self.canary)).replace(SERVER, f"127.0.0.1:{port}")
        return found.replace(SECRETS, str(self.folder / "runner"))

    def commit(self, change: Change) -> str:
        """The change's commit on main, in the remote as the head of a pull request; its merge is the remote's too."""
        main = self.bare.git("rev-parse", "main")
        head = self._imported(change, main)
        if change.lock or change.evaluated:
            head = self._imported(replace(change, files={**change.files, **self._authored(change, head)}), main)
        tree = self.bare.git("rev-parse", f"{head}^{{tree}}")
        merge = self.bare.git("commit-tree", tree, "-p", main, "-p", head, "-m", f"Merge {head} into {main}")
        self.bare.git("update-ref", "refs/pull/1/head", head)
        self.bare.git("update-ref", "refs/pull/1/merge", merge)
        for tag in change.tags:
            self.bare.git("update-ref", f"refs/tags/{tag}", head)
        return merge

    def withdraw(self, change: Change) -> None:
        """Takes from the remote what the change brought, and from the machine what died of it."""
        for ref in (_FORK, "refs/pull/1/head", "refs/pull/1/merge", *(f"refs/tags/{it}" for it in change.tags)):
            self.bare.git("update-ref", "-d", ref)
        for dead in self.canary.iterdir():
            dead.unlink()

    def _imported(self, change: Change, parent: str) -> str:
        """A commit of just what the change says: no work tree has to be able to hold it."""
        subprocess.run(
            ["git", "-C", str(self.bare.folder), "fast-import", "--quiet", "--force"],
            input=b"".join(self._stream(change, parent)),
            check=True,
            capture_output=True,
        )
        return self.bare.git("rev-parse", _FORK)

    def _stream(self, change: Change, parent: str) -> list[bytes]:
        message = self.filled(change.message).encode()
        when = "1700100000 +0000"
        lines = [f"commit {_FORK}\n".encode(), f"author {change.author} {when}\n".encode(errors="surrogateescape")]
        lines += [
            b"committer Mallory <mallory@example.org> %s\n" % when.encode(),
            b"data %d\n%s\n" % (len(message), message),
        ]
        lines.append(f"from {parent}\n".encode())
        for path, content in change.files.items():
            lines.append(self._entry(self.filled(path), content))
        return lines

    def _entry(self, path: str, content: Content) -> bytes:
        quoted = b'"%s"' % path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").encode(
            errors="surrogateescape"
        )
        if content is None:
            return b"D %s\n" % quoted
        if isinstance(content, Gitlink):
            return b"M 160000 %s %s\n" % (content.commit.encode(), quoted)
        mode = b"120000" if isinstance(content, Link) else b"100755" if isinstance(content, Program) else b"100644"
        text = (
            content.target if isinstance(content, Link) else content.text if isinstance(content, Program) else content
        )
        data = text if isinstance(text, bytes) else self.filled(text).encode(errors="surrogateescape")
        return b"M %s inline %s\ndata %d\n%s\n" % (mode, quoted, len(data), data)

    def _authored(self, change: Change, head: str) -> dict[str, str]:
        """What its author's own promptctl adds to a change: the lock, and evidence of a provider who is a friend."""
        author = self.work.clone(self.fresh())
        author.git("fetch", "-q", "origin", f"+{head}:refs/heads/topic")
        author.git("checkout", "-q", "topic")
        author.git("branch", "-q", "--unset-upstream", "main")
        own = {"RELAY_KEY": self.secrets["RELAY_KEY"], "PROMPTCTL_CACHE_DIR": str(author.folder / ".git/cache")}
        for command in ("lock", "eval") if change.evaluated else ("lock",):
            promptctl(command, cwd=author.folder, environment={**self.trust, **own})
        self.relay.received.clear()
        listed = author.git("ls-files", "-z", "-m", "-o", "--", "prompts").split("\0")
        return {path: (author.folder / path).read_text() for path in listed if path}


def build_scene(folder: Path, running: ExitStack) -> Scene:
    """A scene below an empty folder: four prompts that are evaluated, locked, released and served in staging."""
    relay = running.enter_context(model_server())
    door = running.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
    door.setblocking(False)
    canary = folder / "canary"
    canary.mkdir()
    found = {name: f"{MARK}-{secrets.token_hex(12)}" for name in VARIABLES}
    build_files(folder / "runner", {name.lower(): value + "\n" for name, value in found.items()})
    table = {"relay": {"kind": "openai", "base_url": relay.url, "key": "RELAY_KEY", "models": ["m-*"]}}
    trust = {"PROMPTCTL_TRUST": str(trust_digest(parse_providers(table)))}
    work = new_repository(folder / "work", team_files(relay.url))
    with_remote(work, folder / "origin.git")
    for line in (("lock",), ("eval",)):
        succeed(*line, cwd=work.folder, environment={**trust, "RELAY_KEY": found["RELAY_KEY"]})
    work.commit(message="Evaluate and lock")
    work.git("push", "-q")
    succeed("release", cwd=work.folder)
    succeed("promote", "support/triage", "staging", cwd=work.folder)
    work.git("fetch", "-q")
    relay.received.clear()
    return Scene(
        folder=folder,
        work=work,
        canary=canary,
        door=door,
        relay=relay,
        secrets=found,
        trust=trust,
    )
