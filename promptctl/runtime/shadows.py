"""Calls beside those that are served: made with what a rollout may serve next, answered to nobody.

Whatever happens to them happens apart: they have an event loop, connections, limits and breakers of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from promptctl.runtime.loop import LoopThread
from promptctl.runtime.recording.tally import Tally

if TYPE_CHECKING:
    from promptctl.core.models.provider import ProviderSettings
    from promptctl.runtime.call_event import Caller
    from promptctl.runtime.gateway.gateway import Gateway
    from promptctl.runtime.means import Means
    from promptctl.runtime.prompt import Prompt

MOST_AT_ONCE = 8
"""Of one process. What comes while so many are under way is left out and counted."""


class Shadows:
    """The shadow calls of one process."""

    def __init__(self) -> None:
        self.begun, self.dropped = Tally(), Tally()
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._loop = LoopThread()
        self._under_way: set[Future[None]] = set()
        self._gateway: tuple[Mapping[str, ProviderSettings], Gateway] | None = None

    def cast(
        self, means: Means, prompt: Prompt, caller: Caller, inputs: Mapping[str, Any], deadline: float | None
    ) -> None:
        """Makes a call in the background. Never waits, never raises."""
        if not self._free.acquire(blocking=False):
            self.dropped.add()
            return
        call = self._call(means, prompt, caller, inputs, deadline)
        try:
            future = self._loop.submit(call)
        except Exception:  # noqa: BLE001 - at its end an interpreter starts no threads: nobody waits for this one
            call.close()
            self._free.release()
            self.dropped.add()
            return
        self.begun.add()
        self._under_way.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        self._under_way.discard(future)
        self._free.release()

    async def _call(
        self, means: Means, prompt: Prompt, caller: Caller, inputs: Mapping[str, Any], deadline: float | None
    ) -> None:
        from promptctl.runtime.call import Call
        from promptctl.runtime.recording.opening import new_id

        apart = replace(means, loop=self._loop, gateway=self._gateway_for(means.providers), caching=None)
        with suppress(Exception):  # its event says what went wrong
            await Call(lambda: apart, prompt, replace(caller, id=new_id()), inputs, deadline).acomplete()

    def _gateway_for(self, providers: Mapping[str, ProviderSettings]) -> Gateway:
        """The one for these settings; whoever calls by those before goes on with that one."""
        if self._gateway is None or self._gateway[0] != providers:
            from promptctl.runtime.means import live_gateway

            self._gateway = providers, live_gateway(providers)
            self._loop.closes(self._gateway[1].lanes, self._gateway[1])
        return self._gateway[1]

    def close(self, timeout: float = 5.0) -> None:
        """Gives those under way so many seconds, then leaves them, and closes their connections."""
        wait(set(self._under_way), timeout)
        for future in set(self._under_way):
            future.cancel()
        self._loop.stop()
