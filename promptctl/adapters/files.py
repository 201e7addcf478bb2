"""Reads files: bytes in bounds, text, and YAML documents."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from promptctl.errors import Place, UsageError

if TYPE_CHECKING:
    from promptctl.core.files.document import Document

UNREADABLE = "PC010"
MAX_BYTES = 16 * 1024 * 1024
MAX_YAML_BYTES = 4 * 1024 * 1024


def read_bytes(path: Path, shown: str, most: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file, never through a symlink, never more than ``most``.

    Raises UsageError naming ``shown`` when the file is missing, special or too large.
    """
    with opened(path, shown, most) as file:
        return file.read(most + 1)


@contextmanager
def opened(path: Path, shown: str, most: int) -> Iterator[BinaryIO]:
    """The same file to read bit by bit. Raises as ``read_bytes`` does, before anything is read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        reason = "is a symbolic link" if path.is_symlink() else (error.strerror or "cannot be read").lower()
        raise UsageError(UNREADABLE, f"{shown}: {reason}", place=Place(shown)) from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(UNREADABLE, f"{shown} is not a regular file", place=Place(shown))
        if status.st_size > most:
            raise UsageError(UNREADABLE, f"{shown} is larger than {most >> 20} MiB", place=Place(shown))
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def home_path(written: str | Path) -> Path:
    """A path whose ``~`` stands for somebody's home folder. Raises UsageError where nobody is called so."""
    try:
        return Path(written).expanduser()
    except RuntimeError:
        raise UsageError(UNREADABLE, f"{written}: nobody here is called so", hint="write the whole path") from None


def homeless(instead: str) -> UsageError:
    """The error for a user whose home folder nobody knows; ``instead`` is the variable that names what was wanted."""
    return UsageError(UNREADABLE, "nobody knows the home folder of this user", hint=f"set HOME, or {instead}")


def require_size(data: bytes, most: int, shown: str) -> None:
    """Raises UsageError when a file of this kind holds more than ``most`` bytes."""
    if len(data) > most:
        raise UsageError(UNREADABLE, f"{shown} is larger than {most >> 10} KiB", place=Place(shown))


def decode(data: bytes, shown: str) -> str:
    """Strict UTF-8 with LF line ends. Raises UsageError for a BOM, NUL or bytes that are not UTF-8."""
    if data.startswith(b"\xef\xbb\xbf"):
        raise UsageError(
            UNREADABLE,
            f"{shown} starts with a byte order mark",
            place=Place(shown, 1, 1),
            hint="save it as plain UTF-8",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise UsageError(
            UNREADABLE, f"{shown} is not UTF-8", place=Place(shown, line, column), hint="save it as UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(UNREADABLE, f"{shown} holds a NUL character", place=Place(shown, line))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_yaml(data: bytes, shown: str) -> Document:
    """One YAML 1.2 document as plain values with marks.

    Raises DocumentError with the place of the first fault, UsageError for what is too large or no text.
    """
    from promptctl.adapters.yaml_documents import yaml_document

    require_size(data, MAX_YAML_BYTES, shown)
    return yaml_document(decode(data, shown), shown)
