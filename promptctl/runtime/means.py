"""What calls are made with in one process: event loop, gateway, cache and recorder, as a bundle's settings say."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promptctl.core.events.event import Event, Score
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.reporting.sampling import live_share
from promptctl.errors import PromptctlError
from promptctl.runtime.caching.caching import Caching
from promptctl.runtime.caching.opening import open_caching
from promptctl.runtime.caching.process_lock import ProcessLock
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.loop import LoopThread
from promptctl.runtime.online import Online
from promptctl.runtime.recording.opening import open_recorder
from promptctl.runtime.recording.recorder import Recorder
from promptctl.runtime.recording.tally import Counts
from promptctl.runtime.shadows import Shadows
from promptctl.runtime.snapshot import Snapshot
from promptctl.runtime.underway import Underway

ATTEMPTS: ContextVar[list[Attempt] | None] = ContextVar("promptctl_attempts", default=None)
"""The attempts of the call that is under way in this context."""


def _observe(attempt: Attempt) -> None:
    attempts = ATTEMPTS.get()
    if attempts is not None:
        attempts.append(attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """``caching`` or ``recorder`` is None where the settings for it are malformed: ``notes`` say why. ``keys`` are the
    variables with keys that any settings named until now: a recorder outlives providers."""

    process: int
    settings: Mapping[str, Any]
    providers: Mapping[str, ProviderSettings]
    loop: LoopThread
    gateway: Gateway
    caching: Caching | None
    recorder: Recorder | None
    underway: Underway
    shadows: Shadows
    online: Online
    keys: set[str] = field(default_factory=set)
    notes: tuple[str, ...] = ()

    @property
    def keeps_content(self) -> bool:
        """Whether events are kept with inputs and outputs: otherwise nobody needs them there."""
        return self.recorder is not None and self.recorder.content

    @property
    def keeps_rendered(self) -> bool:
        """Whether events are kept with the digest of what was sent."""
        return self.recorder is not None and self.recorder.rendered

    def record(self, event: Event) -> None:
        """Keeps an event where events are kept."""
        if self.recorder:
            self.recorder.record(event)

    def score(self, score: Score) -> None:
        """Keeps a score where events are kept."""
        if self.recorder:
            self.recorder.score(score)


@dataclass(slots=True)
class Workshop:
    """Makes the means when they are first needed, and anew in a child process or for other settings.

    ``work_tree`` is that of the repository that the settings are of, None where they came as a bundle.
    """

    environment: str
    work_tree: Path | None = None
    _means: Means | None = None
    _lock: ProcessLock = field(default_factory=ProcessLock)

    def means(self, snapshot: Snapshot) -> Means:
        """The means for a snapshot."""
        means = self._means
        if means and means.process == os.getpid() and means.settings == snapshot.bundle.settings:
            return means
        with self._lock.here():
            self._means = _made(snapshot, self._means, self.environment, self.work_tree)
            return self._means

    @property
    def _own(self) -> Means | None:
        """This process's means; a child's are not its parent's."""
        return self._means if self._means and self._means.process == os.getpid() else None

    def counts(self) -> Counts | None:
        """What became of this process's events, None before the first."""
        return self._own.recorder.counts() if self._own and self._own.recorder else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What settings ask for and is not there."""
        return self._own.notes if self._own else ()

    @property
    def shadows(self) -> Shadows | None:
        """The calls of this process beside those that are served, None before the first call."""
        return self._own.shadows if self._own else None

    @property
    def online(self) -> Online | None:
        """What scores answers in this process, None before the first call."""
        return self._own.online if self._own else None

    def close(self) -> None:
        """Calls off what is under way, writes the events that wait, and closes connections. Shadow calls and scoring
        get five seconds each."""
        means = self._own
        if means is None:
            return
        means.shadows.close()
        means.online.close()
        means.loop.wait(_called_off(means.underway))
        means.loop.stop()
        if means.recorder:
            means.recorder.close()


async def _called_off(underway: Underway) -> None:
    """Ends all that is under way in this loop, once its events are recorded."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    # A call that came and has not begun could tell nobody that it ended: it begins now, and no later one does.
    await asyncio.sleep(0)
    underway.cut()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _made(snapshot: Snapshot, before: Means | None, environment: str, work_tree: Path | None) -> Means:
    settings, providers = snapshot.bundle.settings, snapshot.providers
    same_process = before is not None and before.process == os.getpid()
    if before and same_process and before.settings == settings:
        return before
    kept = before.settings if before else {}
    notes: list[str] = []
    caching, recorder = before.caching if before else None, before.recorder if before else None
    # What is not there is tried again, so that it is there or its note is.
    if caching is None or any(kept.get(table) != settings.get(table) for table in ("cache", "providers")):
        caching = _noted(notes, lambda: _caching(settings.get("cache", {}), providers, environment))
    notes += caching.notes if caching else ()
    keys = before.keys if before else set[str]()
    keys.update(it.key for it in providers.values() if it.key)
    if recorder is None or kept.get("events") != settings.get("events"):
        recorder = _noted(notes, lambda: _recorder(settings.get("events", {}), keys, work_tree))
    gateway = live_gateway(providers)
    if caching:
        caching.embed = gateway.complete
    if live_share(settings.get("quality", {})):
        _load_scorers()
    loop = before.loop if before and same_process else LoopThread()
    loop.closes(gateway.lanes, gateway)
    if caching and caching.store and not (before and same_process and caching is before.caching):
        loop.closes(caching.store, caching)
    return Means(
        process=os.getpid(),
        settings=settings,
        providers=providers,
        loop=loop,
        gateway=gateway,
        caching=caching,
        recorder=recorder,
        underway=before.underway if before and same_process else Underway(),
        shadows=before.shadows if before and same_process else Shadows(),
        online=before.online if before and same_process else Online(),
        keys=keys,
        notes=tuple(notes),
    )


def live_gateway(providers: Mapping[str, ProviderSettings]) -> Gateway:
    """A gateway as applications call with, whose attempts go into events."""
    return Gateway(providers, live=True, fallback=True, observe=_observe)


def _load_scorers() -> None:
    """Here, and not in the thread that scores: a child cannot finish an import that a thread of its parent was in when
    it was forked."""
    import promptctl.core.reporting.online
    import promptctl.runtime.live_judges  # noqa: F401


def _noted(notes: list[str], make: Any) -> Any:
    try:
        return make()
    except (PromptctlError, OSError, RuntimeError) as error:
        notes.append(str(error))
        return None


def _caching(table: Mapping[str, Any], providers: Mapping[str, ProviderSettings], environment: str) -> Caching:
    return open_caching(table, environment=os.environ, providers=providers, serving=environment)


def _recorder(table: Mapping[str, Any], keys: set[str], work_tree: Path | None) -> Recorder:
    return open_recorder(table, os.environ, Path.cwd(), keys, work_tree)
