"""Sends one POST and reads its whole answer: no redirects, no cookies, no proxies from the environment, bounded bytes.

Works on httpx2's transports, below its client, which would bring redirects, cookies and a log line with the URL. A
pool scans all its connections on each call; a transport of one connection, lent to one call at a time, does not.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache
from typing import cast

import httpx2

from promptctl.adapters.providers.exchange import Answer, Bounds
from promptctl.adapters.providers.fault import ProviderError
from promptctl.version import __version__

MAX_ERROR_BYTES = 64 * 1024
_KEEP_ALIVE = 30.0


@cache
def _certificates() -> ssl.SSLContext:
    # The machine's trust store, SSL_CERT_FILE included; shared, as loading it takes longer than many a call.
    return httpx2.create_ssl_context()


@cache
def _no_certificates() -> ssl.SSLContext:
    # For http:// only, where loading the store would be waste; a TLS handshake over it trusts nobody.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Transport:
    """Connections to one provider, each lent to one call at a time. Belongs to one event loop."""

    def __init__(self, url: str, bounds: Bounds) -> None:
        self._url = httpx2.URL(url)
        self._bounds = bounds
        self._idle: list[httpx2.AsyncHTTPTransport] = []
        seconds = {"connect": bounds.connect, "read": bounds.read, "write": bounds.read, "pool": bounds.connect}
        self._extensions = {"timeout": seconds}

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer, whatever its status. Raises ProviderError where there is none, whole and in bounds."""
        connection = self._idle.pop() if self._idle else self._open()
        try:
            answer = await self._exchange(connection, self._request(headers, body))
        except BaseException:
            await connection.aclose()
            raise
        self._idle.append(connection)
        return answer

    async def aclose(self) -> None:
        """Closes every idle connection."""
        while self._idle:
            await self._idle.pop().aclose()

    def _open(self) -> httpx2.AsyncHTTPTransport:
        verify = _certificates() if self._url.scheme == "https" else _no_certificates()
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEEP_ALIVE)
        return httpx2.AsyncHTTPTransport(verify=verify, trust_env=False, limits=limits)

    def _request(self, headers: Mapping[str, str], body: bytes) -> httpx2.Request:
        always = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": f"promptctl/{__version__}",
        }
        return httpx2.Request(
            "POST", self._url, headers={**always, **headers}, content=body, extensions=self._extensions
        )

    async def _exchange(self, connection: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> Answer:
        try:
            response = await connection.handle_async_request(request)
        except httpx2.ConnectTimeout:
            raise self._unreachable(f"no connection within {self._bounds.connect:g} s") from None
        except httpx2.TimeoutException:
            raise self._silent() from None
        except httpx2.ConnectError as error:
            raise self._unreachable(f"no connection: {error}") from None
        except httpx2.LocalProtocolError:
            raise ProviderError("refused", f"{self._host}: the request is not valid HTTP") from None
        except httpx2.TransportError:
            raise self._unreachable("the connection was cut before an answer came") from None
        try:
            return await self._read(response)
        finally:
            await response.aclose()

    async def _read(self, response: httpx2.Response) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        limit = self._bounds.max_bytes if response.is_success else MAX_ERROR_BYTES
        try:
            chunks = cast("AsyncIterator[bytes]", response.stream)
            body = await _collect(chunks, headers.get("content-encoding", ""), limit)
        except httpx2.TimeoutException:
            raise self._silent() from None
        except (httpx2.TransportError, zlib.error, EOFError):
            if not response.is_success:
                return Answer(status=response.status_code, headers=headers, body=b"")
            raise ProviderError("malformed", f"{self._host}: the answer ends in the middle or is garbled") from None
        if len(body) > limit and response.is_success:
            raise ProviderError("too-large", f"{self._host}: the answer is larger than {limit:,} bytes")
        return Answer(status=response.status_code, headers=headers, body=body[:limit])

    @property
    def _host(self) -> str:
        return self._url.netloc.decode("ascii")

    def _unreachable(self, reason: str) -> ProviderError:
        return ProviderError("unreachable", f"{self._host}: {reason}", hint="check the network and `base_url`")

    def _silent(self) -> ProviderError:
        return ProviderError("timeout", f"{self._host}: nothing came for {self._bounds.read:g} s")


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
