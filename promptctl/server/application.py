"""The web application: routes over one repository, errors as problems, the same view for all of a request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from promptctl.errors import Problem, PromptctlError
from promptctl.server.answering import Answering, Application
from promptctl.server.api import environments, health, prompts, reports, splits
from promptctl.server.follower import Follower
from promptctl.server.guard import LOOPBACK, Guard
from promptctl.server.pages import matrix, prompt
from promptctl.server.problem import MEDIA_TYPE, bug_problem, problem_body, status_of
from promptctl.version import __version__


def application(
    root: Path,
    *,
    poll: float = 2.0,
    fetch: float | None = None,
    hosts: Sequence[str] = (),
    store: str | None = None,
) -> Application:
    """The whole server as an ASGI application, called by a name of loopback or by one of ``hosts``.

    ``store`` is another store of events than that of the settings.

    Raises what opening the repository raises.
    """
    follower = Follower(root, poll=poll, fetch=fetch)

    @asynccontextmanager
    async def following(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        yield
        follower.stop()

    routes = FastAPI(
        title="promptctl",
        version=__version__,
        summary="A Git repository as a prompt registry.",
        lifespan=following,
        docs_url=None,
        redoc_url=None,
    )
    routes.state.follower, routes.state.store = follower, store
    for part in (prompts, environments, splits, reports, health, matrix, prompt):
        routes.include_router(part.router)
    _tell_problems(routes)
    return Guard(Answering(routes, follower), (*LOOPBACK, *hosts))


def _tell_problems(routes: FastAPI) -> None:
    async def refused(_: Request, error: Any) -> Response:
        status, (first, *more) = status_of(error), error.problems
        return _response(status, first, tuple(more))

    async def unfit(_: Request, error: Any) -> Response:
        problems = tuple(Problem("PC001", _sentence(found)) for found in error.errors())
        return _response(400, problems[0], problems[1:])

    async def nowhere(request: Request, error: Any) -> Response:
        said = f"{request.method} {request.url.path}: {error.detail.lower()}"
        return _response(error.status_code, Problem("PC001", said, hint="/openapi.json"))

    async def broken(_: Request, error: Exception) -> Response:
        return _response(500, bug_problem(error))

    routes.add_exception_handler(PromptctlError, refused)
    routes.add_exception_handler(RequestValidationError, unfit)
    routes.add_exception_handler(HTTPException, nowhere)
    routes.add_exception_handler(Exception, broken)


def _sentence(found: Any) -> str:
    return f"{'.'.join(map(str, found['loc']))}: {found['msg'].lower()}"


def _response(status: int, problem: Problem, more: tuple[Problem, ...] = ()) -> Response:
    return Response(problem_body(status, problem, more), status, media_type=MEDIA_TYPE)
