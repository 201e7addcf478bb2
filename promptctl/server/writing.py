"""Writes over HTTP: allowed by a token, done once for each idempotency key, by the workflows of the command line."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Header, Request, Response

from promptctl.adapters.repeats import Repeats
from promptctl.adapters.shared import FORBIDDEN, SharedRepository, Writer
from promptctl.core.timestamp import timestamp
from promptctl.core.token import EVERYWHERE, Token
from promptctl.errors import OutsideError, PromptctlError, StateError, UsageError
from promptctl.server.asked import json_response
from promptctl.server.door import NO_TOKEN, TOO_MANY
from promptctl.server.problem import MEDIA_TYPE, error_body, status_of
from promptctl.workflows.publish import UNKNOWN_OUTCOME

if TYPE_CHECKING:
    from promptctl.workflows.gate_context import GateContext

_LOG = logging.getLogger("promptctl.server")
READ_ONLY = "PC319"
MOST_AT_ONCE, MOST_BROUGHT = 16, 8
"""Moves under way, and what applications bring: each has a thread, and who reads needs threads too."""
BROUGHT = ("feedback", "events")
"""Actions that wait for stores and webhooks: that must not keep out who rolls back."""
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="New for every write; the same again gives the first answer."),
]
Act = Callable[[], dict[str, Any]]


class Writing:
    """One request that writes."""

    def __init__(self, request: Request, key: Key = None) -> None:
        self._request, self._key = request, key
        self._repeats: Repeats | None = request.app.state.repeats
        self._caller: Token | None = request.state.caller
        self._opened: SharedRepository | None = None
        self.now = datetime.now(UTC)

    def done(self, action: str, environment: str | None, asked: Any, act: Act) -> Response:
        """What ``act`` gives, or what it gave when the same was asked for the first time. Where only ``act`` finds out
        which environment it is about, it has to ``require`` it.

        Raises StateError for who may not, UsageError without a usable key, and what ``act`` raises.
        """
        self._request.state.action = action
        caller, repeats = self._allowed(action, environment)
        key = self._key or ""
        if not _KEY.fullmatch(key):
            hint = "Idempotency-Key: a new random text for every write"
            raise UsageError("PC001", "a write needs the header Idempotency-Key", hint=hint)
        with self._slot(action):
            # Servers of several repositories share keys and tokens: what was done in one was not done in another.
            whole = [str(self._request.app.state.follower.root), self._request.url.path, asked]
            digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
            before = repeats.begin(caller.id, key, digest, timestamp(self.now), caller.expires)
            if before:
                kind = "application/json" if before.status == 200 else MEDIA_TYPE
                return Response(before.body, before.status, {"idempotent-replayed": "true"}, kind)
            return self._first(caller, key, repeats, act)

    def foreseen(self, action: str, environment: str | None, act: Act) -> Response:
        """What ``act`` says would be done: it does nothing, so that it needs no key. Raises as ``done`` does."""
        self._allowed(action, environment)
        with self._slot(action):
            return json_response(act())

    def require(self, action: str, environment: str | None) -> None:
        """Raises StateError unless the caller may do that there; None: with calls of no environment."""
        caller, _ = self._allowed(action, environment)
        if environment is None and EVERYWHERE not in caller.environments:
            raise StateError(FORBIDDEN, f"the token of {caller.name} is for {', '.join(caller.environments)} only")

    @property
    def repository(self) -> SharedRepository:
        """The repository, to be written to as the caller, where he may."""
        if self._opened is None:
            assert self._caller
            called, places = self._caller.name, self._caller.environments
            permitted = None if EVERYWHERE in places else frozenset(places)
            writer = Writer(caller=called, name=f"{called} (token {self._caller.id})", environments=permitted)
            self._opened = SharedRepository(self._request.app.state.follower.root, writer)
        return self._opened

    @contextmanager
    def gate(self) -> Iterator[GateContext]:
        """What gates may use: what is recorded, and nothing outside."""
        from promptctl.adapters.replies import open_cache
        from promptctl.workflows.gate_context import GateContext

        with open_cache(os.environ) as cache:
            yield GateContext(cache=cache, environment={}, now=self.now, recorded=True)

    @contextmanager
    def _slot(self, action: str) -> Iterator[None]:
        state = self._request.app.state
        slots = state.brought if action in BROUGHT else state.slots
        if not slots.acquire(blocking=False):
            raise OutsideError(TOO_MANY, "too many writes at once", hint="come again in a second")
        try:
            yield
        finally:
            slots.release()

    def _first(self, caller: Token, key: str, repeats: Repeats, act: Act) -> Response:
        try:
            data = act()
        except PromptctlError as error:
            # What failed outside was not done, or is sent by the same request again; unless it landed, or nobody can
            # tell: then it must never be done a second time.
            landed = self._opened.landed if self._opened else None
            with _told_all_the_same():
                if landed is None and error.code != UNKNOWN_OUTCOME and isinstance(error, OutsideError):
                    repeats.forget(caller.id, key)
                else:
                    repeats.finish(caller.id, key, status_of(error), error_body(error))
            raise
        response = json_response(data)
        with _told_all_the_same():
            repeats.finish(caller.id, key, 200, bytes(response.body))
        self._request.app.state.follower.see()
        return response

    def _allowed(self, action: str, environment: str | None) -> tuple[Token, Repeats]:
        if self._repeats is None:
            raise StateError(READ_ONLY, "this server takes no writes", hint="promptctl serve --allow-writes")
        if self._caller is None:
            raise StateError(NO_TOKEN, "a write needs a token", hint="Authorization: Bearer TOKEN")
        if said := self._caller.refusal(action, environment):
            raise StateError(FORBIDDEN, said, hint="promptctl token new")
        return self._caller, self._repeats


@contextmanager
def _told_all_the_same() -> Iterator[None]:
    """What became of a write is the answer, also where it cannot be kept: the same key is then refused as under way."""
    try:
        yield
    except OutsideError as error:
        _LOG.warning("an answer cannot be kept for who asks again: %s", error)


Writes = Annotated[Writing, Depends(Writing)]
