"""How errors are told: to programs as problem details, to people who look at pages as a page."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from promptctl.core.secrets import mask
from promptctl.errors import Problem, PromptctlError
from promptctl.server.pages.fault import fault_page, is_for_people
from promptctl.server.problem import MEDIA_TYPE, bug_problem, error_body, problem_body, status_of


def tell_problems(routes: FastAPI) -> None:
    """Lets routes raise what workflows raise, and what is no request of theirs be told likewise."""

    async def refused(request: Request, error: Any) -> Response:
        status = status_of(error)
        if is_for_people(request):
            return fault_page(request, status, error.problems)
        later = {"retry-after": "1"} if status == 429 else None
        return Response(error_body(error), status, later, MEDIA_TYPE)

    async def unfit(request: Request, error: Any) -> Response:
        return _told(request, 400, tuple(Problem("PC001", _sentence(found)) for found in error.errors()))

    async def nowhere(request: Request, error: Any) -> Response:
        said = f"{request.method} {mask(request.url.path)}: {error.detail.lower()}"
        told = _told(request, error.status_code, (Problem("PC001", said, hint="/openapi.json"),))
        # Of a method that is not taken, which ones are.
        told.headers.update(error.headers or {})
        return told

    async def broken(request: Request, error: Exception) -> Response:
        return _told(request, 500, (bug_problem(error),))

    routes.add_exception_handler(PromptctlError, refused)
    routes.add_exception_handler(RequestValidationError, unfit)
    routes.add_exception_handler(HTTPException, nowhere)
    routes.add_exception_handler(Exception, broken)


def _sentence(found: Any) -> str:
    return f"{'.'.join(map(str, found['loc']))}: {found['msg'].lower()}"


def _told(request: Request, status: int, problems: tuple[Problem, ...]) -> Response:
    if is_for_people(request):
        return fault_page(request, status, problems)
    return Response(problem_body(status, problems[0], problems[1:]), status, media_type=MEDIA_TYPE)
