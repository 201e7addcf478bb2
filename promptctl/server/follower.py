"""Follows the repository: a new commit or tag makes a new view; the one in use is replaced whole."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from promptctl.adapters.git.branches import NOT_FETCHED
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.repository import Repository
from promptctl.errors import PromptctlError, StateError
from promptctl.server.view import View, mark_of

_LOG = logging.getLogger("promptctl.server")


class Follower:
    """``view`` is read without a lock. Looks every ``poll`` seconds, and asks the remote every ``fetch`` seconds.

    What goes wrong is logged, kept in ``fault`` and counted as ``failures``; what was seen last goes on being served.
    ``changed`` is when something moved, ``looked`` when all was well, in seconds since 1970.
    """

    def __init__(self, root: Path, *, poll: float, fetch: float | None = None) -> None:
        """Raises what opening the repository raises: a server that can show nothing does not start."""
        self.view = View(root, mark_of(root))
        self.fault: str | None = None
        self.failures, self.changed, self.looked = 0, time.time(), time.time()
        self.root, self._poll, self._fetch = root, poll, fetch
        self._fetched = time.monotonic()
        self._unfetched: str | None = None
        self._stop, self._seeing = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._follow, name="promptctl-follow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, at once unless it is asking the remote."""
        self._stop.set()
        if self._thread:
            self._thread.join(1)
        self.view.close()

    def look(self) -> None:
        """Asks the remote if it is time, and sees what moved, also where the remote did not answer. That it did not is
        a fault until it does."""
        if self._fetch is not None and time.monotonic() - self._fetched >= self._fetch:
            self._fetched = time.monotonic()
            self._unfetched = self._fault_of(self._bring)
        fault = self._fault_of(self._see) or self._unfetched
        if fault is None:
            self.looked = time.time()
        elif fault != self.fault:
            _LOG.warning("the repository cannot be followed: %s", fault)
        self.fault = fault

    def see(self) -> None:
        """Makes a new view if anything moved. What goes wrong the next look finds again."""
        with suppress(PromptctlError, OSError):
            self._see()

    def _fault_of(self, work: Callable[[], object]) -> str | None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may find it gone
            self.failures += 1
            return str(error) if isinstance(error, (PromptctlError, OSError)) else f"{type(error).__name__}: {error}"
        return None

    def _bring(self) -> None:
        """Asks the remote. Raises StateError where it lost a branch that is served: nothing new would ever come."""
        repository = Repository(self.root)
        absent = sorted(repository.fetch())
        if lost := [it for it in absent if commit_of(repository.git, f"refs/remotes/{repository.remote}/{it}")]:
            message = f"{repository.remote} has no branch `{lost[0]}` any more: what it had last is served"
            raise StateError(NOT_FETCHED, message, hint="name the branch in promptctl.toml, or bring it back")

    def _see(self) -> None:
        # Who looks first is done first: an older view would not follow a newer one.
        with self._seeing:
            mark = mark_of(self.root)
            if mark != self.view.mark:
                self.view.close()
                self.view, self.changed = View(self.root, mark), time.time()
                _LOG.info("the repository moved: %s", self.view.repository.commit)

    def _follow(self) -> None:
        while not self._stop.wait(self._poll):
            self.look()
