"""The team: a remote, people with homes, keys and clones of their own, a model provider on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests.forking import program
from tests.servers import Handler, ModelServer, last_text, openai_answer, status
from tests.story.telling import Chapter, File, Screen

PEOPLE = {"ada": "Ada Author", "rosa": "Rosa Reviewer", "olu": "Olu Oncall"}


@dataclass(kw_only=True)
class Team:
    """Everybody's folder is their clone, but for ``ci``, whose folder is empty at first."""

    folder: Path
    model: ModelServer
    chapters: list[Chapter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._programs = program(self.folder / "programs")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.folder / "acorn.git")], check=True)
        self.model.always = answer
        for who, called in PEOPLE.items():
            home = self._home(who)
            key = home / "key"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
            (home / ".gitconfig").write_text(_CONFIG.format(name=called, mail=f"{who}@acorn.example", key=f"{key}.pub"))
        self._home("ci")

    def _home(self, who: str) -> Path:
        home = self.folder / "homes" / who
        home.mkdir(parents=True)
        (self.folder / who).mkdir()
        return home

    def key(self, who: str) -> str:
        """The public key with which somebody signs."""
        return " ".join((self.folder / "homes" / who / "key.pub").read_text().split()[:2])

    def chapter(self, name: str, title: str) -> None:
        """Begins the next part of the story."""
        self.chapters.append(Chapter(name=f"{len(self.chapters) + 1}-{name}", title=title))

    def tells(self, prose: str) -> None:
        """Prose of the page."""
        self.chapters[-1].parts.append(prose)

    def shows(self, language: str, text: str) -> None:
        """A file on the page."""
        self.chapters[-1].parts.append(File(language=language, text=text))

    def writes(self, who: str, path: str, text: str) -> None:
        """Somebody saves a file."""
        target = self.folder / who / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def types(
        self,
        who: str,
        line: str,
        code: int = 0,
        *,
        told: bool = True,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Somebody types a line, which has to end with this code; what it prints."""
        return self.ends(who, line, self.begins(who, line, variables), code, told=told)

    def begins(self, who: str, line: str, variables: Mapping[str, str] = MappingProxyType({})) -> subprocess.Popen[str]:
        """A line that is under way."""
        return subprocess.Popen(
            ["bash", "-c", line],
            cwd=self.folder / who,
            env={**self.environment(who), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ends(self, who: str, line: str, under_way: subprocess.Popen[str], code: int = 0, *, told: bool = True) -> str:
        """What a line printed that has to end with this code."""
        raw, _ = under_way.communicate()
        assert under_way.returncode == code, f"{who}$ {line}\n{raw}[exit {under_way.returncode}]"
        printed = raw.replace(str(self.folder / who), ".").replace(str(self.folder), "..")
        shown = line.replace(str(self.folder), "..")
        self.chapters[-1].parts.append(Screen(who=who, line=shown, printed=printed, code=code, told=told))
        return raw

    def environment(self, who: str) -> Mapping[str, str]:
        """What somebody's shell has; only Ada and the application have a key of the provider."""
        home = self.folder / "homes" / who
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "RELAY_KEY")}
        programs = [self._programs, Path(sys.executable).parent, kept["PATH"]]
        own = {
            "HOME": str(home),
            "PATH": os.pathsep.join(map(str, programs)),
            "PROMPTCTL_CACHE_DIR": str(home / "cache"),
            "PROMPTCTL_DATA_DIR": str(home / "data"),
            "PROMPTCTL_EVENTS": f"sqlite:{self.folder / 'events.sqlite3'}",
            "PYTHONWARNINGS": "error",
        }
        return kept | own | ({"RELAY_KEY": "sk-relay-0123456789"} if who in ("ada", "app") else {})


_CONFIG = """\
[user]
	name = {name}
	email = {mail}
	signingkey = {key}
[gpg]
	format = ssh
[commit]
	gpgsign = true
[init]
	defaultBranch = main
[advice]
	detachedHead = false
[pull]
	rebase = true
"""


def answer(handler: Handler) -> None:
    """Sends a ticket to a queue by the word in it that says most."""
    ticket = last_text(handler.request_body)
    queues = {"charged": "billing", "parcel": "delivery"}
    found = next((queue for word, queue in queues.items() if word in ticket), "other")
    handler.reply(200, json.dumps(openai_answer(found)).encode())


def refuse_one_word(handler: Handler) -> None:
    """A bad day: what asks for one word is refused."""
    system = handler.request_body["messages"][0]["content"]
    (status(400) if "one word" in system else answer)(handler)
