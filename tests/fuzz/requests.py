"""What is fuzzed of the server: any bytes on a connection, with a token that may do everything and without one."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from promptctl.adapters.token_folder import TokenFolder
from promptctl.core.token import ACTIONS, new_token
from promptctl.server.shapes.asked import BODIES, parameter_example
from tests.fuzz.scratch import scratch
from tests.fuzz.target import Target

_PLACE = b"TOKEN"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class _Running:
    port: int
    token: bytes


def requests(data: bytes) -> None:
    """No bytes are a fault of the server's; what it answers does not hold the token that it was asked with."""
    server = _running()
    said = _asked(server.port, data.replace(_PLACE, server.token))
    for status in _STATUS.findall(said):
        assert 200 <= int(status) < 500, said[:2000]
    assert server.token not in said
    assert _STATUS.match(_asked(server.port, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))


def _asked(port: int, data: bytes) -> bytes:
    """All that comes back until the server closes, or waits for more than there is."""
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as line:
        said = b""
        with suppress(ConnectionError, TimeoutError):
            line.sendall(data)
            while piece := line.recv(1 << 16):
                said += piece
        return said


@cache
def _running() -> _Running:
    """The server, for as long as the process lives."""
    import atexit
    import pkgutil
    from importlib import import_module

    import promptctl
    from tests.event_samples import event, score
    from tests.event_stores import write_sqlite
    from tests.serving import serving
    from tests.shipping import line

    # Loaded before commands are run: what counts branches tells of each module on the standard error of the process.
    for module in pkgutil.walk_packages(promptctl.__path__, "promptctl."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    folder = scratch("server")
    token, text = new_token("robot", ["*"], ACTIONS, datetime.now(UTC), timedelta(days=1), bytes(38))
    TokenFolder(folder / "tokens", {}).add(token)
    store = write_sqlite(folder / "events.sqlite3", [event(0), event(1)], [score()])
    kept = ExitStack()
    atexit.register(kept.close)
    root = line(folder, staged=("1.0.0",)).folder
    served = kept.enter_context(serving(root, store=store, tokens=str(folder / "tokens"), writable=True))
    return _Running(port=int(served.url.rpartition(":")[2]), token=text.encode())


def _samples() -> Iterator[bytes]:
    head = b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    for path in ("prompts", "prompts/support/triage", "environments/staging", "reports/costs?by=day&since=7d"):
        yield b"GET /api/v1/" + path.encode() + head + b"\r\n"
    yield b"GET /prompts/support/triage?page_token=AAAA" + head + b'if-none-match: W/"x", *\r\nrange: bytes=0-\r\n\r\n'
    for number, (path, asked) in enumerate(BODIES.items()):
        filled = path
        for name in re.findall(r"\{(\w+)\}", path):
            filled = filled.replace(f"{{{name}}}", parameter_example(path, name))
        body = json.dumps({**asked, "dry_run": True} if isinstance(asked, dict) else asked).encode()
        about = b"authorization: Bearer TOKEN\r\nidempotency-key: k%d\r\ncontent-type: application/json\r\n" % number
        yield b"POST " + filled.encode() + head + about + b"content-length: %d\r\n\r\n" % len(body) + body
    yield b"POST /api/v1/events" + head + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    yield b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET /metrics" + head + b"\r\n"


TARGETS: Mapping[str, Target] = {"requests": Target(run=requests, begin=_samples, ready=_running)}
