"""A server with forked workers that answers with a prompt: ``python app.py --source prod.json --workers 8``.

Only the standard library and promptctl. ``GET /answer?user=ada&text=…`` asks the model and says which version did;
``GET /feedback?call=…&resolved=1`` keeps what a person says of it, ``GET /health`` says where the prompts come from. On
SIGTERM the workers finish, write their events and say what they counted, a line of JSON each.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from promptctl import PromptctlError, Prompts, UsageError


class Handler(BaseHTTPRequestHandler):
    """One request. ``prompts`` is one object for all workers, made before they were."""

    protocol_version = "HTTP/1.1"
    prompts: Prompts
    calls = 0
    lock = threading.Lock()

    def do_GET(self) -> None:
        """Routes three paths."""
        url = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.path == "/health":
            status = self.prompts.status()
            # The application works as long as it has prompts: a source that is down is told, and no reason to restart.
            self.say(503 if status.state == "empty" else 200, {"state": status.state, "commit": status.commit})
        elif url.path == "/answer":
            self.answer(given.get("user", ""), given.get("text", ""))
        elif url.path == "/feedback":
            self.feedback(given.get("call", ""), given.get("resolved", ""))
        else:
            self.say(404, {"error": "there is /answer, /feedback and /health"})

    def answer(self, user: str, text: str) -> None:
        """Asks the model with the version that the user gets."""
        try:
            prompt = self.prompts.get("answer", unit=user)
            with self.lock:
                type(self).calls += 1
            with self.prompts.call(prompt, text=text, user=user, endpoint="/answer", deadline=30) as call:
                reply = call.complete()
        except UsageError as error:
            self.say(400, {"error": str(error)})
        except PromptctlError as error:
            self.say(502, {"error": str(error)})
        else:
            self.say(200, {"version": prompt.version, "digest": prompt.digest, "text": reply.text, "call": call.id})

    def feedback(self, call: str, resolved: str) -> None:
        """Keeps whether an answer helped, as the score ``resolved`` of its call."""
        try:
            self.prompts.feedback(call, resolved=float(resolved))
        except ValueError:
            self.say(400, {"error": "resolved is a number"})
        except UsageError as error:
            self.say(400, {"error": str(error)})
        else:
            self.say(200, {"call": call})

    def say(self, status: int, body: dict[str, object]) -> None:
        """Sends JSON."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the events are the log."""


class Server(ThreadingHTTPServer):
    """Accepts from a socket that all workers share."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(("", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


def work(listener: socket.socket, prompts: Prompts) -> None:
    """A worker's life."""
    server = Server(listener)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    prompts.close()
    status = prompts.status()
    counted = {"calls": Handler.calls, "state": status.state, "faults": status.fault_count}
    for name in ("recorded", "written", "dropped"):
        counted[name] = getattr(status.events, name) if status.events else 0
    sys.stdout.write(json.dumps(counted) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Makes the prompts, then the workers, then waits for them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--environment", default="prod")
    parser.add_argument("--source", required=True)
    parser.add_argument("--fallback")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--refresh", type=float, default=30.0)
    wanted = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", wanted.port), backlog=512)
    listener.settimeout(0)
    prompts = Prompts(wanted.environment, source=wanted.source, fallback=wanted.fallback, refresh_every=wanted.refresh)
    Handler.prompts = prompts
    workers = []
    for _ in range(wanted.workers):
        if (worker := os.fork()) == 0:
            work(listener, prompts)
            os._exit(0)
        workers.append(worker)

    def pass_on(*_: object) -> None:
        for worker in workers:
            os.kill(worker, signal.SIGTERM)

    signal.signal(signal.SIGTERM, pass_on)
    sys.stdout.write(f"listening on {listener.getsockname()[1]}\n")
    sys.stdout.flush()
    for worker in workers:
        os.waitpid(worker, 0)


if __name__ == "__main__":
    main()
