"""The registry as it was at one moment: what is asked of it is worked out once, and never changes."""

from __future__ import annotations

import threading
from asyncio import Future
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from promptctl.adapters.git.program import Git
from promptctl.adapters.pinned import PinnedRepository
from promptctl.core.settings import Settings
from promptctl.core.timestamp import timestamp
from promptctl.runtime.prompt import Prompt
from promptctl.runtime.snapshot import Snapshot
from promptctl.server.shelf import Answer, Shelf

Found = TypeVar("Found")
MOST_KNOWN = 5000
"""Findings that a view holds before it forgets them all: what can be asked for, such as times, has no end."""
PATIENCE = 0.5
"""Seconds that a view which is replaced is waited for."""
_JSON = ((b"content-type", b"application/json"),)
_REFS = ("refs/heads", "refs/remotes", "refs/tags/prompts", "refs/promptctl")


class View:
    """``mark`` tells views apart: it changes with any branch or release tag. ``shelf`` keeps whole answers, ``asking``
    has those that are being worked out; ``at`` is when it was seen, as files spell times.

    A repository serves one thread at a time: Git is asked through one pipe.
    """

    def __init__(self, root: Path, mark: str) -> None:
        self.mark, self.shelf = mark, Shelf()
        self.at = timestamp(datetime.now(UTC))
        self.asking: dict[tuple[bytes, ...], Future[Answer]] = {}
        self.repository = PinnedRepository(root)
        self._known: dict[Hashable, Any] = {}
        self._resolved: dict[Hashable, Answer] = {}
        self._lock = threading.Lock()

    def once(self, key: Hashable, work: Callable[[PinnedRepository], Found]) -> Found:
        """What ``work`` finds, asked for once for each key. Raises what it raises, each time anew."""
        with self._lock:
            if key not in self._known:
                if len(self._known) >= MOST_KNOWN:
                    self._known = {}
                self._known[key] = work(self.repository)
            found: Found = self._known[key]
            return found

    def using(self, work: Callable[[PinnedRepository], Found]) -> Found:
        """What ``work`` finds, for what does not depend on the repository alone. Raises what it raises."""
        with self._lock:
            return work(self.repository)

    @property
    def settings(self) -> Settings:
        """The settings that count. Raises UsageError where they cannot be read."""
        return self.once("settings", lambda repository: repository.settings)

    def known_served(self, environment: str) -> Snapshot | None:
        """What ``served`` found before, without waiting for anybody."""
        found: Snapshot | None = self._known.get(("served", environment))
        return found

    def served(self, environment: str) -> Snapshot:
        """What applications of an environment get, by the same code. Raises what ``bundle`` raises."""
        return self.once(("served", environment), lambda repository: _served(repository, environment))

    def resolved(self, prompt: Prompt, spell: Callable[[Prompt], bytes], route: str) -> Answer:
        """The answer for a prompt, the same one for all units that get it for the same reason."""
        key = (prompt.name, prompt.version, prompt.environment, prompt.reason, prompt.arm, prompt.split, prompt.notes)
        if key not in self._resolved:
            self._resolved[key] = Answer(status=200, headers=_JSON, body=spell(prompt), route=route)
        return self._resolved[key]

    def close(self) -> None:
        """Keeps for the next view what was found out about files and commits, unless somebody is busy here for long:
        what moved is not served later for that, and what was found out can be found out again."""
        if self._lock.acquire(timeout=PATIENCE):
            try:
                self.repository.facts.save()
            finally:
                self._lock.release()


def mark_of(root: Path) -> str:
    """What every branch and release tag stands at, as one text. Raises OutsideError where Git cannot say."""
    import hashlib

    listing = Git(root).run("for-each-ref", "--format=%(objectname) %(refname)", *_REFS).stdout
    return hashlib.sha256(listing).hexdigest()


def _served(repository: PinnedRepository, environment: str) -> Snapshot:
    from promptctl.core.moves.bundle import bundle_digest, parse_bundle
    from promptctl.workflows.bundle import bundle

    made = bundle(repository, environment)
    return Snapshot(parse_bundle(made.data, f"the bundle of {environment}"), bundle_digest(made.data) or "", "source")
