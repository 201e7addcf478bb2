"""Writes over HTTP: allowed by a token, done once for each idempotency key, by the workflows of the command line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from promptctl.adapters.repeats import Repeats
from promptctl.adapters.repository import Repository
from promptctl.core.timestamp import timestamp
from promptctl.core.token import Token
from promptctl.errors import OutsideError, PromptctlError, StateError, UsageError
from promptctl.server.problem import MEDIA_TYPE, error_body, status_of
from promptctl.workflows.publish import UNKNOWN_OUTCOME

NO_TOKEN, FORBIDDEN, READ_ONLY = "PC316", "PC317", "PC319"
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="New for every write; the same again gives the first answer."),
]


class Writing:
    """One request that writes."""

    def __init__(self, request: Request, key: Key = None) -> None:
        self._request, self._key = request, key
        self._repeats: Repeats | None = request.app.state.repeats
        self._caller: Token | None = request.state.caller
        self.now = datetime.now(UTC)

    def done(self, action: str, environment: str, asked: Any, act: Callable[[Repository], dict[str, Any]]) -> Response:
        """What ``act`` gives, as the caller, or what it gave when it was asked for the first time.

        Raises StateError for who may not, UsageError without a usable key, and what ``act`` raises.
        """
        self._request.state.action = action
        caller, repeats = self._allowed(action, environment)
        key = self._key or ""
        if not _KEY.fullmatch(key):
            hint = "Idempotency-Key: a new random text for every write"
            raise UsageError("PC001", "a write needs the header Idempotency-Key", hint=hint)
        spelled = json.dumps([self._request.url.path, asked], sort_keys=True).encode()
        digest = hashlib.sha256(spelled).hexdigest()
        before = repeats.begin(caller.id, key, digest, timestamp(self.now), caller.expires)
        if before:
            kind = "application/json" if before.status == 200 else MEDIA_TYPE
            return Response(before.body, before.status, {"idempotent-replayed": "true"}, kind)
        return self._first(caller, key, repeats, act)

    def _first(
        self, caller: Token, key: str, repeats: Repeats, act: Callable[[Repository], dict[str, Any]]
    ) -> Response:
        root = self._request.app.state.follower.root
        repository = Repository(root, writer=f"{caller.name} (token {caller.id})")
        try:
            data = act(repository)
        except PromptctlError as error:
            # What failed outside was not done, or is sent by the same request again; unless it landed, or nobody can
            # tell: then it must never be done a second time.
            undone = repository.landed is None and error.code != UNKNOWN_OUTCOME
            if undone and isinstance(error, OutsideError):
                repeats.forget(caller.id, key)
            else:
                repeats.finish(caller.id, key, status_of(error), error_body(error))
            raise
        body = json.dumps(data).encode()
        repeats.finish(caller.id, key, 200, body)
        self._request.app.state.follower.look()
        return Response(body, media_type="application/json")

    def _allowed(self, action: str, environment: str) -> tuple[Token, Repeats]:
        if self._repeats is None:
            raise StateError(READ_ONLY, "this server takes no writes", hint="promptctl serve --allow-writes")
        if self._caller is None:
            raise StateError(NO_TOKEN, "a write needs a token", hint="Authorization: Bearer TOKEN")
        if said := self._caller.refusal(action, environment):
            raise StateError(FORBIDDEN, said, hint="promptctl token new")
        return self._caller, self._repeats


Writes = Annotated[Writing, Depends(Writing)]
