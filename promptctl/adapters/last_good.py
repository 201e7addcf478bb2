"""The last good bundle of an application, kept on this machine for a start while the source is down."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.writing import write_file
from promptctl.core.moves.bundle import MAX_BYTES, Serials, stepped_back

_PREFIX = b"promptctl-last-good/v1\n"


@dataclass(frozen=True, slots=True)
class Kept:
    """A bundle's bytes, and the serials that this machine has seen by then."""

    data: bytes
    serials: Serials


class LastGood:
    """One file of the user's own, sealed; what is foreign, damaged or cut short is as good as none."""

    def __init__(self, folder: Path, source: str, environment: str, signer: str) -> None:
        called = hashlib.sha256("\n".join((source, environment, signer)).encode("utf-8", "surrogatepass"))
        self.path = folder / "bundles" / f"{environment}-{called.hexdigest()[:16]}"

    def read(self) -> Kept | None:
        """What is kept, or None."""
        try:
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as file:
                status = os.fstat(handle)
                if not _private(status):
                    return None
                # Room is made for as much as is asked for, before anything is read.
                seal, _, body = file.read(min(status.st_size, 2 * MAX_BYTES)).partition(b"\n")
            if seal != _seal(body):
                return None
            written, _, data = body.partition(b"\n")
            found = json.loads(written)
            return Kept(data, {name: (lineage, serial) for name, (lineage, serial) in found.items()})
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, kept: Kept) -> None:
        """Keeps a bundle unless one with higher serials is kept by now. Raises OutsideError when the disk refuses."""
        there = self.read()
        if there and stepped_back(there.serials, kept.serials):
            return
        body = json.dumps(dict(kept.serials), separators=(",", ":")).encode() + b"\n" + kept.data
        write_file(self.path, _seal(body) + b"\n" + body, private=True)


def _seal(body: bytes) -> bytes:
    return hashlib.sha256(_PREFIX + body).hexdigest().encode()


def _private(status: os.stat_result) -> bool:
    """Whether it is a regular file that nobody else could have written."""
    if not stat.S_ISREG(status.st_mode):
        return False
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)
