"""Where an application's bundle comes from: a file, an address or a repository, each asked whether there is news."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from promptctl.adapters.bundle_files import MAX_SIGNATURE, is_url, shown_place, signature_place
from promptctl.adapters.files import home_path, read_bytes
from promptctl.core.moves.bundle import MAX_BYTES
from promptctl.errors import UsageError


@dataclass(frozen=True, slots=True)
class Fetched:
    """A bundle's bytes, what names this state of the source, and the signature where one is asked for."""

    data: bytes
    tag: str
    signature: bytes | None = None


class Source(Protocol):
    """Asked from one thread at a time, in bounded time."""

    @property
    def name(self) -> str:
        """How messages call it; no password is in it."""

    @property
    def work_tree(self) -> Path | None:
        """The work tree of a repository; None for other sources."""

    def fetch(self, tag: str | None) -> Fetched | None:
        """The bundle as it is now, None where it is as ``tag`` names it. Raises PromptctlError or OSError."""


class FileSource:
    """A file on this machine. Its tag is what the system says of it, so an unchanged one is not read."""

    work_tree = None

    def __init__(self, path: Path, *, signed: bool) -> None:
        self._path, self._signed = path, signed

    @property
    def name(self) -> str:
        return str(self._path)

    def fetch(self, tag: str | None) -> Fetched | None:
        try:
            status = self._path.stat()
            now = f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"
        except OSError:
            now = ""
        if now and now == tag:
            return None
        data = read_bytes(self._path, str(self._path), MAX_BYTES)
        beside = Path(signature_place(str(self._path)))
        return Fetched(data, now, read_bytes(beside, str(beside), MAX_SIGNATURE) if self._signed else None)


def source_of(place: str, environment: str, *, signed: bool) -> Source:
    """What a place means: ``https://…`` an address, a folder a repository, anything else a file.

    Raises UsageError for a URL that is none of a bundle.
    """
    if is_url(place):
        from promptctl.adapters.bundle_http import HttpSource

        return HttpSource(place, signed=signed)
    path = home_path(place).absolute()
    if path.is_dir():
        if signed:
            hint = "name a bundle that was written with --sign"
            raise UsageError("PC001", f"the repository {shown_place(place)} signs no bundles", hint=hint)
        from promptctl.adapters.bundle_repository import RepositorySource

        return RepositorySource(path, environment)
    return FileSource(path, signed=signed)
