"""The one way in which files are written: whole under their name at once, and on disk before that.

The bytes first go to a file beside the target, whose name says what it is. A killed write leaves at most that file:
nothing reads it, and the next write into the same folder takes it away.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from promptctl.adapters.processes import is_alive
from promptctl.errors import OutsideError, Place, UsageError

EXISTS, CANNOT_WRITE = "PC041", "PC042"
PREFIX = ".promptctl-tmp-"
"""How the names of unfinished files start; the id of the process that writes them follows."""

_ROOM = "make room on the disk, then run it again"
_REPAIRS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EROFS: "mount the file system for writing, or work in another clone",
    errno.EACCES: "give yourself the permission to write there, then run it again",
    errno.EPERM: "give yourself the permission to write there, then run it again",
    errno.EIO: "look after the disk: the system reports that it fails",
    errno.EMFILE: "raise the limit of open files: ulimit -n 1024",
    errno.ENFILE: "close other programs, then run it again",
    errno.ENOMEM: "close other programs, then run it again",
}


def write_file(path: Path, data: bytes, shown: str | None = None, *, private: bool = False) -> None:
    """Replaces a file whole: readers see the old bytes or the new ones, also after a crash. Folders are made.

    ``shown`` is how messages call it; a ``private`` file is for its owner alone. Raises OutsideError when the disk
    refuses; then the file is as it was.
    """
    with refused_as(shown or str(path)):
        path.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        mode = 0o600 if private else stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        with _beside(path, data, mode) as temporary:
            temporary.replace(path)


def create_file(path: Path, data: bytes, shown: str | None = None) -> None:
    """Makes a new file whole, in a folder that is there. Raises UsageError when the name is taken, else as above."""
    with refused_as(shown or str(path)), _beside(path, data, None) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            name = shown or str(path)
            raise UsageError(EXISTS, f"{name} exists already and is never overwritten", place=Place(name)) from None


@contextmanager
def refused_as(shown: str) -> Iterator[None]:
    """Turns what the system says about a file into an OutsideError that names it and how to repair it."""
    try:
        yield
    except OSError as error:
        raise refusal(error, shown) from None


def refusal(error: OSError, shown: str | None = None) -> OutsideError:
    """The system's "no" as an error; ``shown`` stands in for the path that the system names."""
    reason, repair = (error.strerror or str(error)).lower(), _REPAIRS.get(error.errno or 0)
    name = shown or (os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None)
    message = f"{name} cannot be written: {reason}" if name else f"something cannot be written: {reason}"
    return OutsideError(CANNOT_WRITE, message, hint=repair)


def is_refusal(error: OSError) -> bool:
    """Whether the machine is at fault (no room, no permission, no handles) rather than the caller."""
    return error.errno in _REPAIRS


def unfinished_beside(path: Path) -> Path:
    """A new name in the target's folder that says what it is, and whose: for what takes the target's name once it is
    whole."""
    return path.parent / f"{PREFIX}{os.getpid()}-{os.urandom(4).hex()}"


def leftovers(folder: Path) -> Iterator[Path]:
    """Unfinished files of writes that have died, in one folder."""
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(PREFIX)]
    except OSError:
        return
    for name in sorted(names):
        process = name.removeprefix(PREFIX).partition("-")[0]
        if process.isascii() and process.isdigit() and not is_alive(int(process)):
            yield folder / name


def clear_leftovers(folder: Path) -> None:
    """Takes away what dead writes left in a folder."""
    for left in leftovers(folder):
        left.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Puts a folder's list of names on disk, where the system lets one ask for that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    # The names are in place and whole by now: a file system that refuses this takes only the haste out of it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _beside(path: Path, data: bytes, mode: int | None) -> Iterator[Path]:
    """A file on disk with ``data``, in the target's folder; gone afterwards unless it took the target's name."""
    clear_leftovers(path.parent)
    temporary = unfinished_beside(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
