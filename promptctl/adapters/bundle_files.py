"""Where bundles lie: files, and whatever fsspec knows by a URL. A signature lies beside its bundle, with ``.sig``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from promptctl.adapters.files import home_path, read_bytes
from promptctl.adapters.writing import write_file
from promptctl.core.moves.bundle import MAX_BYTES
from promptctl.errors import OutsideError, Place, PromptctlError, UsageError

STORAGE = "PC217"
MAX_SIGNATURE = 64 * 1024
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.ASCII)


def is_url(place: str) -> bool:
    """Whether a place is a URL rather than a path."""
    return bool(_URL.match(place))


def shown_place(place: str) -> str:
    """A place as messages call it: without user, password and whatever follows ``?``."""
    if not is_url(place):
        return place
    scheme, _, rest = place.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{re.split('[?#]', path)[0]}"


def signature_place(place: str) -> str:
    """Where the signature of a bundle lies."""
    path, mark, query = place.partition("?") if is_url(place) else (place, "", "")
    return f"{path}.sig{mark}{query}"


def read_place(place: str, folder: Path, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file, or of what a URL names, at most so many.

    Raises UsageError for a file that cannot be read, OutsideError for what the storage refuses.
    """
    if not is_url(place):
        return read_bytes(folder / home_path(place), place, most)
    if place.startswith(("https://", "http://")):
        return _read_address(place, most)
    with _refused_as(place), _opened(place, "rb") as file:
        data: bytes = file.read(most + 1)
    return _bounded(place, data, most)


def _read_address(place: str, most: int) -> bytes:
    """As applications read it: without redirects, proxies or a password, in bounded time."""
    from promptctl.adapters.bundle_http import HttpSource

    fetched = HttpSource(place, signed=False).fetch(None)
    return _bounded(place, fetched.data if fetched else b"", most)


def _bounded(place: str, data: bytes, most: int) -> bytes:
    if len(data) > most:
        name = shown_place(place)
        raise UsageError("PC010", f"{name} is larger than {most:,} bytes", place=Place(name))
    return data


def write_place(place: str, folder: Path, data: bytes) -> None:
    """Writes a file whole, or hands bytes to the storage that a URL names. Raises OutsideError when it refuses."""
    if not is_url(place):
        write_file(folder / home_path(place), data, place)
        return
    with _refused_as(place), _opened(place, "wb") as file:
        file.write(data)


def _opened(place: str, mode: str) -> Any:
    try:
        import fsspec
    except ImportError:
        hint = 'pip install "git-promptctl[storage]"'
        raise OutsideError(STORAGE, f"{shown_place(place)} needs fsspec, which is not installed", hint=hint) from None
    return fsspec.open(place, mode)


@contextmanager
def _refused_as(place: str) -> Iterator[None]:
    """Turns whatever a storage raises into an OutsideError: its drivers have errors of their own."""
    try:
        yield
    except PromptctlError:
        raise
    except Exception as error:  # noqa: BLE001
        # What a storage says may repeat the URL with its password.
        said = str(error).replace(place, shown_place(place)).split("\n", 1)[0][:300]
        message = f"{shown_place(place)}: {type(error).__name__}{f': {said}' if said else ''}"
        hint = "look after the address, the storage's driver and its credentials"
        raise OutsideError(STORAGE, message, hint=hint) from None
