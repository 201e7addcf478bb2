"""Runs the application: one process or several, until it is told to stop."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from promptctl.errors import OutsideError
from promptctl.server.asgi import Application
from promptctl.server.connection import Connection
from promptctl.server.log import LOGGING
from promptctl.server.settings import SHARED, Serving

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
    # A folder of somebody else: what other programs count there, or earlier processes did, is not counted here.
    os.environ.pop(SHARED, None)
    config = uvicorn.Config(
        "promptctl.server.serving:worker",
        factory=True,
        http=Connection,
        ws="none",
        workers=serving.workers,
        access_log=False,
        server_header=False,
        # What a client says of its address is no address: it would go round the limits of wrong tokens.
        proxy_headers=False,
        log_config=LOGGING,
        timeout_graceful_shutdown=10,
    )
    if serving.workers > 1:
        started = _Workers(config, [listener]).served()
    else:
        server = uvicorn.Server(config)
        # Before the server listens to signals this one must not be lost, and when all is done it raises it once more:
        # that is no reason to end badly.
        signal.signal(signal.SIGTERM, server.handle_exit)
        server.run(sockets=[listener])
        started = server.started
    if not started:
        raise OutsideError(NO_SOCKET, "the server did not start; the log says why")


class _Workers(Multiprocess):
    """Processes that accept from the same socket, and add up what they count in a folder."""

    def served(self) -> bool:
        """Runs until it is told to stop; whether the processes could start."""
        with tempfile.TemporaryDirectory(prefix="promptctl-serve-") as folder:
            os.environ[SHARED] = folder
            self.run()
        return all(process.exitcode != STARTUP_FAILURE for process in self.processes)

    def terminate_all(self) -> None:
        # As long as anybody has the socket, the system takes connections that nobody answers.
        for each in self.sockets:
            each.close()
        super().terminate_all()


def worker() -> Application:
    """The application of one process. Raises what opening the repository raises."""
    from promptctl.server.application import application

    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent,), name="promptctl-parent", daemon=True).start()
    return application(Serving(**json.loads(os.environ[_SETTINGS])))


def _end_with(parent: Any) -> None:
    """Ends this process, in good order, when the one that started it is gone."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
