"""A model that answers after a while, as little work as it can be: ``python -m benchmarks.model_server``.

Prints its port. Every POST is answered with a chat completion after ``DELAY`` seconds, or after those in its path
(``/0.2/chat/completions``); ``GET /count`` says how many there were since it was last asked.
"""

from __future__ import annotations

import asyncio
import sys

DELAY = 0.05
_BODY = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,"finish_reason":"stop",'
    b'"message":{"role":"assistant","content":"It is ok."}}],'
    b'"usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25}}'
)


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_ANSWER = _response(_BODY)


class _Connection(asyncio.Protocol):
    asked = 0

    def __init__(self) -> None:
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end]).lower()
            _, _, after = head.partition(b"content-length:")
            length = int(after.split(b"\r\n", 1)[0]) if after else 0
            if len(self._received) < end + 4 + length:
                return
            del self._received[: end + 4 + length]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if head.startswith(b"get"):
            self._transport.write(_response(str(_Connection.asked).encode()))
            _Connection.asked = 0
            return
        _Connection.asked += 1
        first = head.split(b"/", 2)[1]
        delay = float(first) if first[:1].isdigit() else DELAY
        asyncio.get_running_loop().call_later(delay, self._write, _ANSWER)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
