"""The web application: routes over one repository, errors as problems, the same view for all of a request."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from promptctl.adapters.repeats import Repeats
from promptctl.adapters.token_folder import TokenFolder
from promptctl.errors import Problem, PromptctlError
from promptctl.server.answering import Answering
from promptctl.server.api import calls, environments, health, moves, prompts, rendering, reports, splits
from promptctl.server.asgi import Application
from promptctl.server.door import Door
from promptctl.server.follower import Follower
from promptctl.server.guard import LOOPBACK, Guard
from promptctl.server.pages import matrix, prompt, static
from promptctl.server.problem import MEDIA_TYPE, bug_problem, error_body, problem_body, status_of
from promptctl.server.settings import Serving
from promptctl.version import __version__


def application(serving: Serving) -> Application:
    """The whole server as an ASGI application. Raises what opening the repository raises."""
    follower = Follower(Path(serving.root), poll=serving.poll, fetch=serving.fetch)

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
    routes.state.follower, routes.state.store = follower, serving.store
    routes.state.repeats = Repeats(os.environ) if serving.writable else None
    for part in (rendering, prompts, environments, calls, splits, reports, moves, health, matrix, prompt, static):
        routes.include_router(part.router)
    _tell_problems(routes)
    tokens = TokenFolder(Path(serving.tokens) if serving.tokens else None, os.environ)
    door = Door(Answering(routes, follower), tokens, closed=serving.closed)
    return Guard(door, (*LOOPBACK, *serving.hosts))


def _tell_problems(routes: FastAPI) -> None:
    async def refused(_: Request, error: Any) -> Response:
        return Response(error_body(error), status_of(error), media_type=MEDIA_TYPE)

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
