"""A bundle at an address: asked for by its ETag, in bounded time and size, without redirects or the environment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import cast
from urllib.parse import urlsplit

import httpcore2

from promptctl.adapters.bundle_files import MAX_SIGNATURE, STORAGE, shown_place, signature_place
from promptctl.adapters.bundle_source import Fetched
from promptctl.adapters.providers.certificates import certificates
from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.moves.bundle import MAX_BYTES
from promptctl.errors import OutsideError, UsageError
from promptctl.version import __version__

SECONDS = 10.0
"""The most that one look may take, whatever the server does."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BROKEN = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)


class HttpSource:
    """An ``https://`` address, or ``http://`` on this machine. Call ``fetch`` outside any event loop."""

    work_tree = None

    def __init__(self, url: str, *, signed: bool, seconds: float = SECONDS) -> None:
        try:
            parts = urlsplit(url)
            known = bool(parts.hostname) and parts.port != 0 and url.isascii() and url.isprintable()
        except ValueError:
            known = False
        if not known:
            raise UsageError("PC001", f"{shown_place(url)!r} is no address", hint="https://HOST/PATH")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            hint = "https://HOST/PATH; http:// is for this machine only"
            raise UsageError("PC001", f"{shown_place(url)} is no source of bundles", hint=hint)
        if parts.username is not None:
            hint = "put the bundle where the machine may read it, or sign the address"
            raise UsageError("PC001", f"{shown_place(url)}: an address holds no user and password", hint=hint)
        self._url, self._host, self._signed, self._seconds = url.partition("#")[0], parts.netloc, signed, seconds
        self.name = shown_place(url)

    def fetch(self, tag: str | None) -> Fetched | None:
        """As ``Source`` says. Raises OutsideError for whatever is wrong with the server or the way to it."""
        try:
            return asyncio.run(self._fetch(tag))
        except TimeoutError:
            raise self._fault(f"no whole answer within {self._seconds:g} s") from None
        except ProviderError as error:
            raise OutsideError(STORAGE, f"{self.name}: {error}", hint=error.hint) from None
        except _BROKEN as error:
            raise self._fault(f"{type(error).__name__} {error}".strip()) from None

    async def _fetch(self, tag: str | None) -> Fetched | None:
        async with asyncio.timeout(self._seconds):
            found = await self._get(self._url, MAX_BYTES, tag)
            if found is None:
                return None
            data, now = found
            kept = await self._get(signature_place(self._url), MAX_SIGNATURE) if self._signed else None
            return Fetched(data, now, kept[0] if kept else None)

    async def _get(self, url: str, most: int, tag: str | None = None) -> tuple[bytes, str] | None:
        """The body and its ETag, None where it is as the tag says. By a connection of its own: not every server takes
        a second request."""
        context = certificates() if self._url.startswith("https") else None
        sent: dict[str, str | bytes] = {
            "host": self._host,
            "accept-encoding": "identity",
            "user-agent": f"promptctl/{__version__}",
        }
        # As it came: a tag may have bytes above 127.
        sent |= {"if-none-match": tag.encode("latin-1")} if tag else {}
        request = httpcore2.Request("GET", url, headers=[*sent.items()])
        async with httpcore2.AsyncHTTPConnection(request.url.origin, ssl_context=context) as connection:
            response = await connection.handle_async_request(request)
            try:
                headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                if response.status == 304 and tag:
                    return None
                self._check(response.status, headers)
                body = await self._read(cast("AsyncIterator[bytes]", response.stream), most)
                return body, headers.get("etag", "")
            finally:
                await response.aclose()

    def _check(self, status: int, headers: Mapping[str, str]) -> None:
        if 300 <= status < 400:
            raise self._fault(f"it answers {status}, and redirects are not followed")
        if status != 200:
            raise self._fault(f"it answers {status}")
        if headers.get("content-encoding", "identity") != "identity":
            raise self._fault(f"it answers in {headers['content-encoding']}, which was not asked for")

    async def _read(self, chunks: AsyncIterator[bytes], most: int) -> bytes:
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) > most:
                raise self._fault(f"its answer is larger than {most:,} bytes")
        return bytes(body)

    def _fault(self, said: str) -> OutsideError:
        return OutsideError(STORAGE, f"{self.name}: {said}")
