"""Runs the application: one process or several, until it is told to stop."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict
from ipaddress import ip_address

import uvicorn
from uvicorn.supervisors import Multiprocess

from promptctl.errors import OutsideError
from promptctl.server.asgi import Application
from promptctl.server.settings import Serving

NO_SOCKET = "PC311"
_SETTINGS = "PROMPTCTL_SERVE"
"""The variable by which worker processes are told what to serve."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OutsideError where that is not possible."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        said = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
        message = f"nothing can be served at {host}:{port}: {said}"
        raise OutsideError(NO_SOCKET, message, hint="choose another --host or --port") from None


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    return ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def serve(serving: Serving, listener: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first.

    Raises OutsideError when the workers could not start.
    """
    os.environ[_SETTINGS] = json.dumps(asdict(serving))
    config = uvicorn.Config(
        "promptctl.server.serving:worker",
        factory=True,
        workers=serving.workers,
        access_log=False,
        server_header=False,
        # What a client says of its address is no address: it would go round the limits of wrong tokens.
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )
    if serving.workers > 1:
        Multiprocess(config, [listener]).run()
    else:
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if not server.started:
            raise OutsideError(NO_SOCKET, "the server did not start; the log says why")


def worker() -> Application:
    """The application of one process. Raises what opening the repository raises."""
    from promptctl.server.application import application

    return application(Serving(**json.loads(os.environ[_SETTINGS])))
