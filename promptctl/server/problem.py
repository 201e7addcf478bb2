"""Errors as problem details (RFC 9457), with the codes of the command line."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from promptctl.core.safe_text import safe_text
from promptctl.errors import DocumentError, OutsideError, Problem, PromptctlError, StateError, UsageError

_LOG = logging.getLogger("promptctl.server")
MEDIA_TYPE = "application/problem+json"
UNKNOWN = frozenset({"PC002", "PC003", "PC004", "PC005", "PC064", "PC068", "PC096", "PC098", "PC218", "PC235", "PC236"})
"""Codes that say that there is no such thing."""
_STATUS: tuple[tuple[type[PromptctlError], int], ...] = (
    (DocumentError, 409),
    (UsageError, 400),
    (StateError, 409),
    (OutsideError, 503),
)


def problem_body(status: int, problem: Problem, more: tuple[Problem, ...] = ()) -> bytes:
    """The body: ``detail``, ``code``, ``where`` and ``hint`` as the command line says them."""
    body: dict[str, Any] = {
        "type": f"urn:promptctl:error:{problem.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        **_said(problem),
    }
    return json.dumps(body | ({"more": [_said(found) for found in more]} if more else {})).encode()


def _said(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "detail": safe_text(problem.message),
        "code": problem.code,
        "where": place and {"file": place.file, "line": place.line, "column": place.column},
        "hint": problem.hint and safe_text(problem.hint),
    }


def status_of(error: PromptctlError) -> int:
    """404 for what there is not, 400 for a wrong call, 409 where the registry refuses, 503 where the world failed."""
    if error.code in UNKNOWN:
        return 404
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def bug_problem(error: Exception) -> Problem:
    """What a client learns of our mistake: nothing but that it was one. The log has the rest."""
    _LOG.error("a bug: %s", type(error).__name__, exc_info=error)
    return Problem("PC099", "a bug in promptctl; the server's log says more")
