"""``Prompts``: what applications ask for the prompts of an environment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from promptctl.adapters.bundle_source import Source, source_of
from promptctl.adapters.cache_folder import cache_folder
from promptctl.adapters.last_good import LastGood
from promptctl.core.name import check_environment
from promptctl.errors import UsageError
from promptctl.runtime.caching.process_lock import ProcessLock
from promptctl.runtime.forcing import VARIABLE, checked_forced, is_arm, parse_forced
from promptctl.runtime.keeper import Keeper
from promptctl.runtime.prompt import UNFIT, Prompt
from promptctl.runtime.snapshot import nothing_served
from promptctl.runtime.status import Status

if TYPE_CHECKING:
    from promptctl.runtime.call import Call
    from promptctl.runtime.call_event import Caller
    from promptctl.runtime.means import Means, Workshop
    from promptctl.runtime.own_call import OwnCall
    from promptctl.runtime.snapshot import Snapshot

SOURCE, SIGNER = "PROMPTCTL_SOURCE", "PROMPTCTL_SIGNER"


class Prompts:
    """The prompts that an environment serves, kept fresh by a thread. One object serves a whole process.

    ``source`` is the path of a bundle, the ``https://`` address of one, or the folder of a repository; without it
    ``PROMPTCTL_SOURCE``, else the current folder. ``fallback`` is a bundle shipped with the application, for a start
    with nothing else at hand. ``signer`` (or ``PROMPTCTL_SIGNER``) pins the public key that must have signed bundles.
    ``refresh_every`` is in seconds, 0 for never; ``patience`` is how long the start waits for the source.

    Whatever is wrong with the source, the last good bundle is served and ``status`` says so. Raises UsageError where
    the caller is wrong: an unknown name, inputs that do not fit, arguments that mean nothing.
    """

    def __init__(
        self,
        environment: str,
        *,
        source: str | os.PathLike[str] | None = None,
        fallback: str | os.PathLike[str] | None = None,
        signer: str | os.PathLike[str] | None = None,
        refresh_every: float = 30.0,
        patience: float = 10.0,
    ) -> None:
        check_environment(environment)
        pinned = os.fspath(signer) if signer is not None else os.environ.get(SIGNER, "").strip()
        place = os.fspath(source) if source is not None else os.environ.get(SOURCE, "").strip() or "."
        found = source_of(place, environment, signed=bool(pinned))
        self._keeper = Keeper(
            environment,
            found,
            _last_good(found, environment, pinned),
            fallback=Path(fallback).absolute() if fallback is not None else None,
            signer=_keys(pinned),
            every=refresh_every,
        )
        self._everywhere = parse_forced(os.environ.get(VARIABLE, ""))
        self._forced: ContextVar[Mapping[str, str]] = ContextVar("promptctl_forced", default=self._everywhere)
        self._calls: Workshop | None = None
        self._making = ProcessLock()
        self._keeper.start(patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(
        self,
        name: str,
        unit: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        version: str | None = None,
    ) -> Prompt:
        """The version that ``unit`` (a user's id, say) gets now: forced, else by a split, else by the pointer.

        ``attributes`` go with the call's event, and a split may be about those units alone whose attributes match its
        ``when``. ``version`` asks for one that the bundle holds: what is served, what was served before, or what an arm
        of the split has, by the arm's name. Takes no lock. Raises UsageError for a name, version or arm that is not
        there, StateError before there ever was a bundle.
        """
        snapshot = self._keeper.snapshot
        try:
            if version is not None or self._forced.get():
                return self._forced_or(snapshot, name, unit, attributes, version)  # type: ignore[arg-type]
            if unit is None and attributes is None:
                return snapshot.plain[name]  # type: ignore[union-attr]
            return snapshot.picks[name](unit, attributes)  # type: ignore[union-attr]
        except (KeyError, AttributeError, TypeError):
            raise self._mistake(name, unit) from None

    def _forced_or(
        self,
        snapshot: Snapshot,
        name: str,
        unit: str | None,
        attributes: Mapping[str, Any] | None,
        version: str | None,
    ) -> Prompt:
        today, forced = snapshot.plain[name].name, self._forced.get()
        wanted = version or forced.get(name) or forced.get(today)
        if wanted is None:
            return snapshot.picks[name](unit, attributes)
        if version is None and is_arm(wanted) and wanted not in snapshot.arms.get(today, {}):
            # A split ends when it ends, also by itself: a process that asked for its arm goes on with what is served.
            return snapshot.picks[name](unit, attributes).noted("no-arm")
        return snapshot.forced(name, wanted, unit, attributes)

    def _mistake(self, name: object, unit: object) -> Exception:
        """What was wrong with a call of ``get``."""
        snapshot = self._keeper.snapshot
        if snapshot is None:
            return nothing_served(self._keeper.environment, self._keeper.last_fault)
        if isinstance(name, str) and name in snapshot.picks:
            return UsageError(UNFIT, f"a unit is a text, not {type(unit).__name__}", hint="unit=str(user_id)")
        return snapshot.unknown(name)

    @contextmanager
    def forced(self, versions: Mapping[str, str]) -> Iterator[None]:
        """Within, ``get`` gives these versions or arms by prompt: for this thread or task and those it starts with its
        context. Where there is no such arm (any more), it gives what it would otherwise, with the note ``no-arm``.

        Raises UsageError for what is no name, version or arm.
        """
        token = self._forced.set({**self._forced.get(), **checked_forced(versions, "forced")})
        try:
            yield
        finally:
            self._forced.reset(token)

    def call(
        self,
        prompt: Prompt,
        /,
        inputs: Mapping[str, Any] | None = None,
        *,
        user: str | None = None,
        endpoint: str | None = None,
        trace: str | None = None,
        deadline: float | None = 60.0,
        **named: Any,
    ) -> Call:
        """A call of the prompt's model, or of its steps' models. Nothing is sent before ``complete`` or ``stream``.

        Inputs are named, or in a mapping where they are called like an argument here. ``user``, ``endpoint`` and
        ``trace`` go into the events; ``deadline`` is in seconds, for the whole call, retries and all steps included.
        Raises UsageError for one that is no time, StateError before there ever was a bundle.
        """
        from promptctl.runtime.call import Call

        if deadline is not None and (not isinstance(deadline, int | float) or not deadline > 0):
            raise UsageError(UNFIT, f"a deadline is in seconds, not {deadline!r:.40}", hint="deadline=60.0, or None")
        caller = _caller(user, endpoint, trace)
        return Call(self._means_of_now(), prompt, caller, {**(inputs or {}), **named}, deadline)

    def own_call(
        self,
        prompt: Prompt,
        /,
        inputs: Mapping[str, Any] | None = None,
        *,
        messages: Iterable[Mapping[str, Any]] | None = None,
        user: str | None = None,
        endpoint: str | None = None,
        trace: str | None = None,
    ) -> OwnCall:
        """A call that you make with a client of your own: ``with prompts.own_call(prompt) as call:`` around it.

        It says that the prompt was really used: without it, ``get`` and ``request`` leave no event and count in no
        rollout or experiment. ``messages`` are those that you send, of which the event keeps the digest; other
        arguments as in ``call``. Raises StateError before there ever was a bundle.
        """
        from promptctl.runtime.own_call import OwnCall

        return OwnCall(self._means_of_now(), prompt, _caller(user, endpoint, trace), inputs, messages)

    def _means_of_now(self) -> Callable[[], Means]:
        """Gives the means of what is served now, in whatever process it is asked."""
        snapshot = self._keeper.snapshot
        if snapshot is None:
            raise nothing_served(self._keeper.environment, self._keeper.last_fault)
        workshop = self._workshop()
        return lambda: workshop.means(snapshot)

    def feedback(
        self, call: str, *, correction: str | None = None, comment: str | None = None, **scores: float
    ) -> None:
        """What is said of a call, by its id: scores as numbers, what the answer should have been, a comment.

        Never waits. Raises UsageError for what says nothing.
        """
        from promptctl.runtime.feedback import scores_of

        found = list(scores_of(call, time.time_ns() // 1000, scores, correction, comment))
        if snapshot := self._keeper.snapshot:
            means = self._workshop().means(snapshot)
            for score in found:
                means.score(score)

    def _workshop(self) -> Workshop:
        from promptctl.runtime.means import Workshop

        with self._making.here():
            if self._calls is None:
                self._calls = Workshop(self._keeper.environment, self._keeper.source.work_tree)
            return self._calls

    def refresh(self) -> Status:
        """Asks the source now, and says how that went."""
        self._keeper.refresh()
        return self.status()

    def status(self) -> Status:
        """Where the prompts come from, how old that is, and what is wrong."""
        status, calls = self._keeper.status(), self._calls
        if calls is None:
            return status
        shadows, online = calls.shadows, calls.online
        return replace(
            status,
            events=calls.counts(),
            notes=calls.notes,
            shadow_count=shadows.begun.total() if shadows else 0,
            shadow_drop_count=shadows.dropped.total() if shadows else 0,
            scored_count=online.scored.total() if online else 0,
            score_drop_count=online.dropped.total() if online else 0,
        )

    def close(self) -> None:
        """Ends the thread, calls off what is under way, and writes the events that wait. Prompts that were handed out
        stay as they are."""
        self._keeper.stop()
        if self._calls:
            self._calls.close()


def _caller(user: str | None, endpoint: str | None, trace: str | None) -> Caller:
    from promptctl.runtime.call_event import Caller
    from promptctl.runtime.recording.opening import new_id

    name = new_id()
    return Caller(id=name, trace=trace or name, user=user, endpoint=endpoint)


def _last_good(source: Source, environment: str, pinned: str) -> LastGood | None:
    try:
        return LastGood(cache_folder(os.environ), source.name, environment, pinned)
    except (OSError, UsageError):
        return None


def _keys(pinned: str) -> str | None:
    if not pinned:
        return None
    from promptctl.adapters.signatures import public_keys

    return public_keys(pinned, Path.cwd())
