"""Errors as problem details (RFC 9457), with the codes of the command line."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from promptctl.core.safe_text import safe_text
from promptctl.core.secrets import mask
from promptctl.errors import DocumentError, OutsideError, Problem, PromptctlError, StateError, UsageError
from promptctl.server.asgi import Send
from promptctl.server.refusal import GateSaidNo

_LOG = logging.getLogger("promptctl.server")
MEDIA_TYPE = "application/problem+json"
UNKNOWN = frozenset(
    {
        "PC002",
        "PC003",
        "PC004",
        "PC005",
        "PC064",
        "PC068",
        "PC096",
        "PC098",
        "PC218",
        "PC235",
        "PC236",
        "PC255",
        "PC331",
    }
)
"""Codes that say that there is no such thing."""
_OWN = {"PC220": 400, "PC316": 401, "PC317": 403, "PC318": 429, "PC319": 403, "PC320": 422, "PC329": 415}
"""Codes that have a status of their own."""
_STATUS: tuple[tuple[type[PromptctlError], int], ...] = (
    (DocumentError, 409),
    (UsageError, 400),
    (StateError, 409),
    (OutsideError, 503),
)


def error_body(error: PromptctlError) -> bytes:
    """The body for an error."""
    more = {"data": error.data} if isinstance(error, GateSaidNo) else {}
    return problem_body(status_of(error), error.problem, error.problems[1:], more)


def problem_body(
    status: int, problem: Problem, more: tuple[Problem, ...] = (), members: Mapping[str, Any] | None = None
) -> bytes:
    """The body: ``detail``, ``code``, ``where`` and ``hint`` as the command line says them, and other ``members``."""
    body: dict[str, Any] = {
        "type": f"urn:promptctl:error:{problem.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        **_said(problem),
        **(members or {}),
    }
    return json.dumps(body | ({"more": [_said(found) for found in more]} if more else {})).encode()


def _said(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "detail": mask(safe_text(problem.message)),
        "code": problem.code,
        "where": place and {"file": place.file, "line": place.line, "column": place.column},
        "hint": problem.hint and mask(safe_text(problem.hint)),
    }


def status_of(error: PromptctlError) -> int:
    """404 for what there is not, 400 for a wrong call, 409 where the registry refuses, 503 where the world failed."""
    if error.code in UNKNOWN:
        return 404
    if error.code in _OWN:
        return _OWN[error.code]
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def bug_problem(error: Exception) -> Problem:
    """What a client learns of our mistake: nothing but that it was one. The log has the rest."""
    _LOG.error("a bug: %s", type(error).__name__, exc_info=error)
    return Problem("PC099", "a bug in promptctl; the server's log says more")


async def refuse(status: int, problem: Problem, send: Send, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Answers with a problem ahead of every route."""
    body = problem_body(status, problem)
    own = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})
