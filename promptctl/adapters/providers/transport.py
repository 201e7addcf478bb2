"""Sends one POST and reads its answer, whole or as it comes: no redirects, cookies or proxies, bounded bytes.

Works on httpcore2, the part of httpx2 that speaks HTTP: what httpx2 puts above it (redirects, cookies, a log line with
the URL) is not wanted here, and takes longer to load. A pool scans all its connections on each call; a connection that
is lent to one call at a time does not.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from functools import cache
from typing import cast
from urllib.parse import urlsplit

import httpcore2

from promptctl.adapters.providers.certificates import certificates
from promptctl.adapters.providers.exchange import Answer, Bounds
from promptctl.adapters.providers.fault import ProviderError
from promptctl.version import __version__

MAX_ERROR_BYTES = 64 * 1024
_KEEP_ALIVE = 30.0
_EVENTS = "text/event-stream"
_GARBLED = (httpcore2.NetworkError, httpcore2.ProtocolError)


_certificates = cache(certificates)
"""Shared, as loading them takes longer than many a call."""


class Transport:
    """Connections to one provider, each lent to one call at a time. Belongs to one event loop."""

    def __init__(self, url: str, bounds: Bounds) -> None:
        self._url, self._host = httpcore2.URL(url), urlsplit(url).netloc
        self._bounds = bounds
        self._idle: list[httpcore2.AsyncHTTPConnection] = []
        seconds = {"connect": bounds.connect, "read": bounds.read, "write": bounds.read}
        self._extensions = {"timeout": seconds}

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer, whatever its status. Raises ProviderError where there is none, whole and in bounds."""
        return await self._answer(self._request(headers, body))

    async def get(self, headers: Mapping[str, str]) -> Answer:
        """What the address answers when it is told nothing. Raises as ``post`` does."""
        return await self._answer(self._request(headers, b"", method="GET"))

    async def _answer(self, request: httpcore2.Request) -> Answer:
        connection = await self._lent()
        try:
            answer = await self._exchange(connection, request)
        except BaseException:
            await connection.aclose()
            raise
        await self._given_back(connection)
        return answer

    async def pieces(self, headers: Mapping[str, str], body: bytes) -> AsyncGenerator[bytes | Answer]:
        """The decoded bytes of a stream of events as they come; of any other answer the whole, once.

        Raises ProviderError where there is none, whole and in bounds. Close it where it is not read to its end.
        """
        connection = await self._lent()
        try:
            response = await self._respond(connection, self._request(headers, body, _EVENTS))
            try:
                about = _headers(response)
                if _succeeded(response) and about.get("content-type", "").split(";")[0].strip().lower() == _EVENTS:
                    async with aclosing(self._stream(response, about.get("content-encoding", ""))) as pieces:
                        async for piece in pieces:
                            yield piece
                else:
                    yield await self._read(response)
            finally:
                await response.aclose()
        except BaseException:
            await connection.aclose()
            raise
        await self._given_back(connection)

    async def aclose(self) -> None:
        """Closes every idle connection."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _lent(self) -> httpcore2.AsyncHTTPConnection:
        """A connection that is open still, or a new one."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_available() and not connection.has_expired():
                return connection
            await connection.aclose()
        context = _certificates() if self._url.scheme == b"https" else None
        return httpcore2.AsyncHTTPConnection(self._url.origin, ssl_context=context, keepalive_expiry=_KEEP_ALIVE)

    async def _given_back(self, connection: httpcore2.AsyncHTTPConnection) -> None:
        """Lent next. Those that a busier time left at the other end are closed once they are too old."""
        self._idle.append(connection)
        while len(self._idle) > 1 and self._idle[0].has_expired():
            await self._idle.pop(0).aclose()

    def _request(
        self, headers: Mapping[str, str], body: bytes, accept: str = "application/json", *, method: str = "POST"
    ) -> httpcore2.Request:
        always = {
            "host": self._host,
            "accept": accept,
            "accept-encoding": "identity",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "user-agent": f"promptctl/{__version__}",
        }
        return httpcore2.Request(
            method, self._url, headers=[*always.items(), *headers.items()], content=body, extensions=self._extensions
        )

    async def _exchange(self, connection: httpcore2.AsyncHTTPConnection, request: httpcore2.Request) -> Answer:
        response = await self._respond(connection, request)
        try:
            return await self._read(response)
        finally:
            await response.aclose()

    async def _respond(
        self, connection: httpcore2.AsyncHTTPConnection, request: httpcore2.Request
    ) -> httpcore2.Response:
        try:
            return await connection.handle_async_request(request)
        except httpcore2.ConnectTimeout:
            raise self._unreachable(f"no connection within {self._bounds.connect:g} s") from None
        except httpcore2.TimeoutException:
            raise self._silent() from None
        except httpcore2.ConnectError as error:
            raise self._unreachable(f"no connection: {error}") from None
        except httpcore2.LocalProtocolError:
            raise ProviderError("refused", f"{self._host}: the request is not valid HTTP") from None
        except _GARBLED:
            raise self._unreachable("the connection was cut before an answer came") from None

    async def _read(self, response: httpcore2.Response) -> Answer:
        headers, success = _headers(response), _succeeded(response)
        limit = self._bounds.max_bytes if success else MAX_ERROR_BYTES
        try:
            chunks = cast("AsyncIterator[bytes]", response.stream)
            body = await _collect(chunks, headers.get("content-encoding", ""), limit)
        except httpcore2.TimeoutException:
            raise self._silent() from None
        except (*_GARBLED, zlib.error, EOFError):
            if not success:
                return Answer(status=response.status, headers=headers, body=b"")
            raise self._cut() from None
        if len(body) > limit and success:
            raise self._too_large()
        return Answer(status=response.status, headers=headers, body=body[:limit])

    async def _stream(self, response: httpcore2.Response, encoding: str) -> AsyncGenerator[bytes]:
        chunks = cast("AsyncIterator[bytes]", response.stream).__aiter__()
        left = self._bounds.max_bytes
        try:
            decoder = _decoder(encoding.strip().lower())
            while (chunk := await self._chunk(chunks)) is not None:
                for piece in _pieces(chunk, decoder):
                    left -= len(piece)
                    if left < 0:
                        raise self._too_large()
                    yield piece
            if decoder and not decoder.eof:
                raise EOFError
        except httpcore2.TimeoutException:
            raise self._silent() from None
        except (*_GARBLED, zlib.error, EOFError):
            raise self._cut() from None

    async def _chunk(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        try:
            async with asyncio.timeout(self._bounds.idle):
                return await anext(chunks, None)
        except TimeoutError:
            reason = f"the stream stood still for {self._bounds.idle:g} s"
            raise ProviderError("timeout", f"{self._host}: {reason}") from None

    def _unreachable(self, reason: str) -> ProviderError:
        return ProviderError("unreachable", f"{self._host}: {reason}", hint="check the network and `base_url`")

    def _cut(self) -> ProviderError:
        return ProviderError("malformed", f"{self._host}: the answer ends in the middle or is garbled")

    def _too_large(self) -> ProviderError:
        return ProviderError("too-large", f"{self._host}: the answer is larger than {self._bounds.max_bytes:,} bytes")

    def _silent(self) -> ProviderError:
        return ProviderError("timeout", f"{self._host}: nothing came for {self._bounds.read:g} s")


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _succeeded(response: httpcore2.Response) -> bool:
    return 200 <= response.status < 300


async def _collect(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The decoded body, up to the piece that passes ``limit``. Raises EOFError or zlib.error when it is not whole."""
    decoder = _decoder(encoding.strip().lower())
    body = bytearray()
    async for chunk in chunks:
        for piece in _pieces(chunk, decoder):
            body += piece
            if len(body) > limit:
                return bytes(body)
    if decoder and not decoder.eof:
        raise EOFError
    return bytes(body)


def _decoder(encoding: str) -> zlib._Decompress | None:
    """Some servers compress although ``identity`` was asked for. Raises EOFError for what we never decode."""
    if encoding in ("", "identity"):
        return None
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise EOFError
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)


def _pieces(chunk: bytes, decoder: zlib._Decompress | None) -> Iterator[bytes]:
    """A chunk's decoded bytes, at most 1 MiB at a time, so that a small chunk cannot become gigabytes."""
    if decoder is None:
        yield chunk
        return
    while chunk:
        yield decoder.decompress(chunk, 1 << 20)
        chunk = decoder.unconsumed_tail
