"""The web application: routes over one repository, errors as problems, the same view for all of a request."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from promptctl.adapters.repeats import Repeats
from promptctl.adapters.token_folder import TokenFolder
from promptctl.server.accounting import Accounting
from promptctl.server.answering import Answering
from promptctl.server.asgi import Application
from promptctl.server.door import Door
from promptctl.server.follower import Follower
from promptctl.server.guard import LOOPBACK, Guard
from promptctl.server.log import RequestLog
from promptctl.server.metrics import Metrics
from promptctl.server.routes import described_routes
from promptctl.server.settings import Serving
from promptctl.server.writing import MOST_AT_ONCE, MOST_BROUGHT


def application(serving: Serving) -> Application:
    """The whole server as an ASGI application. Raises what opening the repository raises."""
    follower = Follower(Path(serving.root), poll=serving.poll, fetch=serving.fetch)
    log = RequestLog(sys.stderr) if serving.access_log else None

    @asynccontextmanager
    async def following(_: FastAPI) -> AsyncIterator[None]:
        started = [part for part in (follower, log) if part]
        for part in started:
            part.start()
        yield
        for part in started:
            part.stop()

    routes = described_routes(following)
    routes.state.follower, routes.state.store = follower, serving.store
    routes.state.metrics = metrics = Metrics(follower)
    routes.state.repeats = Repeats(os.environ) if serving.writable else None
    routes.state.slots, routes.state.brought = map(threading.BoundedSemaphore, (MOST_AT_ONCE, MOST_BROUGHT))
    tokens = TokenFolder(Path(serving.tokens) if serving.tokens else None, os.environ)
    door = Door(Answering(routes, follower), tokens, closed=serving.closed)
    return Accounting(Guard(door, (*LOOPBACK, *serving.hosts)), metrics, log)
