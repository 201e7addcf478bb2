"""Keeps the snapshot of an environment: asks the source in a thread, and holds on to the last good one.

Nothing that is wrong with a source leaves this module as an exception: it becomes a fault of the status.
"""

from __future__ import annotations

import os
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from pathlib import Path

from promptctl.adapters.bundle_source import Fetched, Source
from promptctl.adapters.files import read_bytes
from promptctl.adapters.last_good import Kept, LastGood
from promptctl.core.moves.bundle import MAX_BYTES, Bundle, bundle_digest, parse_bundle, stepped_back
from promptctl.errors import OutsideError, PromptctlError, StateError
from promptctl.runtime.snapshot import Snapshot
from promptctl.runtime.status import Fault, Status

OLDER, OTHER_ENVIRONMENT = "PC212", "PC213"
_MOST_FAULTS = 20
_JITTER = 0.2
_MOST_HALVINGS = 2


class Keeper:
    """``snapshot`` is read without a lock and replaced whole. ``signer`` are pinned public keys.

    ``every`` is in seconds, give or take a fifth, so that many processes do not ask at once. A source that does not
    answer is asked half as often, then a quarter, until it does: who comes back is not asked by all in one moment.
    """

    def __init__(
        self,
        environment: str,
        source: Source,
        last_good: LastGood | None,
        *,
        fallback: Path | None = None,
        signer: str | None = None,
        every: float = 30.0,
    ) -> None:
        self.snapshot: Snapshot | None = None
        self.environment, self.source = environment, source
        self._last_good, self._fallback, self._signer, self._every = last_good, fallback, signer, every
        self._serials: dict[str, tuple[str, int]] = {}
        self._tag: str | None = None
        self._answered: float | None = None
        self._failing = False
        self._faults: deque[Fault] = deque(maxlen=_MOST_FAULTS)
        self._fault_count = self._refreshes = self._unanswered = 0
        self._lock, self._swap, self._stop = threading.Lock(), threading.Lock(), threading.Event()

    def start(self, patience: float) -> None:
        """Looks at the source for so many seconds at most, then at what is kept here; goes on looking in a thread."""
        kept = self._last_good.read() if self._last_good else None
        self._serials = dict(kept.serials) if kept else {}
        self.refresh(patience)
        if self.snapshot is None and kept:
            self._guarded(
                lambda: self._serve(self._checked(Fetched(kept.data, ""), pinned=False), kept.data, "last-good")
            )
        if self.snapshot is None and self._fallback:
            self._guarded(self._fall_back)
        self._go_on()

    def after_fork(self) -> None:
        """In a child process, which inherits no thread, and locks that nobody there will ever release."""
        self._lock, self._swap = threading.Lock(), threading.Lock()
        if not self._stop.is_set():
            self._stop = threading.Event()
            self._go_on()

    def _go_on(self) -> None:
        _KEEPERS.add(self)
        if self._every > 0:
            arguments = (weakref.ref(self), self._stop)
            threading.Thread(target=_look_again, args=arguments, name="promptctl-refresh", daemon=True).start()

    def pause(self, chance: float) -> float:
        """Seconds until the next look, for a uniform number in [0, 1)."""
        halvings = min(max(self._unanswered - 1, 0), _MOST_HALVINGS)
        return self._every * 2.0**halvings * (1 - _JITTER + 2 * _JITTER * chance)

    def stop(self) -> None:
        """Ends the thread; what is served stays."""
        self._stop.set()

    def refresh(self, patience: float | None = None) -> None:
        """Asks the source now, in a thread of its own, since the caller may run an event loop."""
        thread = threading.Thread(target=self.look, name="promptctl-refresh-once", daemon=True)
        thread.start()
        thread.join(patience)

    def look(self) -> None:
        """Asks the source once."""
        with self._lock:
            self._guarded(self._take)

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except PromptctlError as error:
            self._fault(error.code, str(error))
        except OSError as error:
            self._fault("PC217", f"{self.source.name}: {(error.strerror or str(error)).lower()}")
        except Exception as error:  # noqa: BLE001 - whatever a source does, the application goes on
            self._fault("PC099", f"{self.source.name}: {type(error).__name__}: {error}"[:500])

    def _fault(self, code: str, message: str) -> None:
        self._failing = True
        self._fault_count += 1
        self._faults.append(Fault(code=code, message=message, at=time.time()))

    def _take(self) -> None:
        self._unanswered += 1
        fetched = self.source.fetch(self._tag)
        self._unanswered = 0
        if fetched:
            bundle = self._checked(fetched)
            if fault := stepped_back(self._serials, bundle.serials):
                raise StateError(OLDER, f"{self.source.name} is older than what was served: {fault}")
            digest = bundle_digest(fetched.data)
            if self.snapshot is None or self.snapshot.origin != "source" or self.snapshot.digest != digest:
                self._serve(bundle, fetched.data, "source")
            self._tag = fetched.tag or None
        self._answered, self._failing = time.monotonic(), False
        if fetched:
            self._keep(fetched.data)

    def _checked(self, fetched: Fetched, *, pinned: bool = True) -> Bundle:
        """The bundle, whole, signed where a key is pinned, and of this environment. Raises PromptctlError."""
        if self._signer and pinned:
            from promptctl.adapters.signatures import SIGNATURE, signature_fault

            if fault := signature_fault(fetched.data, fetched.signature or b"", self._signer):
                raise OutsideError(SIGNATURE, f"{self.source.name}: {fault}")
        bundle = parse_bundle(fetched.data, self.source.name)
        if bundle.environment != self.environment:
            message = f"{self.source.name} is a bundle of {bundle.environment}, not of {self.environment}"
            raise StateError(OTHER_ENVIRONMENT, message)
        return bundle

    def _serve(self, bundle: Bundle, data: bytes, origin: str) -> None:
        made = Snapshot(bundle, bundle_digest(data) or "", origin, self.snapshot)
        with self._swap:
            if origin != "source" and self.snapshot and self.snapshot.origin == "source":
                # A source that was slow at the start has answered meanwhile.
                return
            self.snapshot = made
        self._refreshes += 1
        if origin != "fallback":
            self._serials |= bundle.serials

    def _fall_back(self) -> None:
        assert self._fallback
        data = read_bytes(self._fallback, str(self._fallback), MAX_BYTES)
        self._serve(self._checked(Fetched(data, ""), pinned=False), data, "fallback")

    def _keep(self, data: bytes) -> None:
        if self._last_good:
            try:
                self._last_good.write(Kept(data, self._serials))
            except (PromptctlError, OSError) as error:
                failing = self._failing
                self._fault(getattr(error, "code", "PC042"), f"the last good bundle is not kept: {error}")
                self._failing = failing

    @property
    def last_fault(self) -> str:
        """The last thing that went wrong, in words."""
        return self._faults[-1].message if self._faults else f"{self.source.name} has not answered yet"

    def status(self) -> Status:
        """What is served, and what is wrong."""
        snapshot, bundle = self.snapshot, self.snapshot.bundle if self.snapshot else None
        state = "empty" if snapshot is None else snapshot.origin
        targeted = tuple(snapshot.targeted.values()) if snapshot else ()
        if state == "source":
            state = "stale" if self._failing else "fresh"
        return Status(
            environment=self.environment,
            source=self.source.name,
            state=state,
            digest=snapshot.digest if snapshot else None,
            commit=bundle.commit if bundle else None,
            time=bundle.time if bundle else None,
            age=None if self._answered is None else time.monotonic() - self._answered,
            faults=tuple(self._faults),
            fault_count=self._fault_count,
            refreshes=self._refreshes,
            serials={name: pointer.serial for name, pointer in bundle.prompts.items()} if bundle else {},
            when_fault_count=sum(found.fault_count for found in targeted),
            when_faults=tuple(found.fault for found in targeted if found.fault),
        )


def _look_again(keeper: weakref.ref[Keeper], stop: threading.Event) -> None:
    """Runs in the thread, until the keeper is stopped or gone."""
    chances = random.SystemRandom()
    while found := keeper():
        pause = found.pause(chances.random())
        del found
        if stop.wait(pause) or not (found := keeper()):
            return
        found.look()


_KEEPERS: weakref.WeakSet[Keeper] = weakref.WeakSet()


def _after_fork() -> None:
    for keeper in list(_KEEPERS):
        keeper.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
