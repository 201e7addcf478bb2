"""What earlier commands found out about contents, kept on this machine so that it need not be found out again.

No answer depends on it: a fact names the contents it is about, and what is missing, damaged, foreign or of another
version of the program is a miss. A file holds a part of a shelf; its first line is the seal of the others.
"""

from __future__ import annotations

import json
import os
import stat
import zlib
from contextlib import suppress
from importlib.util import source_hash
from pathlib import Path
from typing import Any

_FILES = 16
_MOST_BYTES = 64 << 20
_MOST_WRITTEN = 16 << 20
_PACKAGE = Path(__file__).parent.parent


class Facts:
    """Shelves of facts by key, all about one repository. ``folder`` is where they lie, None to keep nothing.

    ``values`` are made of facts and live as long as this object.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()
        self.values: dict[tuple[str, str], Any] = {}

    def get(self, shelf: str, key: str) -> Any:
        """The fact, or None."""
        return self._file(_file_name(shelf, key)).get(key)

    def put(self, shelf: str, key: str, fact: Any) -> None:
        """Notes a fact, in place of an earlier one. It is plain data."""
        if self._folder:
            name = _file_name(shelf, key)
            self._file(name)[key] = fact
            self._changed.add(name)

    def save(self) -> None:
        """Writes what was noted; what cannot be written is not kept."""
        with suppress(OSError):
            for name in sorted(self._changed) if self._folder else ():
                assert self._folder
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write(self._folder / name, self._files[name])
        self._changed.clear()

    def _file(self, name: str) -> dict[str, Any]:
        if name not in self._files:
            self._files[name] = _read(self._folder / name) if self._folder else {}
        return self._files[name]


def facts_of(root: Path, folder: Path) -> Facts:
    """The facts about the repository at ``root`` below this machine's cache folder."""
    return Facts(folder / "facts" / source_hash(os.fsencode(root)).hex())


def _file_name(shelf: str, key: str) -> str:
    return f"{shelf}-{zlib.crc32(key.encode('utf-8', 'surrogateescape')) % _FILES:02d}"


def _read(path: Path) -> dict[str, Any]:
    """What a file holds; nothing when it is not ours, not whole, or anything else is wrong with it."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES or not _private(status):
                return {}
            seal, _, body = file.read(_MOST_BYTES).partition(b"\n")
        found = json.loads(body) if seal == _seal(body) else None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _private(status: os.stat_result) -> bool:
    """Whether nobody else could have written a file."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _write(path: Path, facts: dict[str, Any]) -> None:
    body = _body(facts)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_seal(body) + b"\n" + body)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _body(facts: dict[str, Any]) -> bytes:
    """Facts as they are written: what is too much loses its older half."""
    body = json.dumps(facts, separators=(",", ":")).encode()
    if len(body) <= _MOST_WRITTEN or len(facts) < 2:
        return body
    return _body(dict(list(facts.items())[len(facts) // 2 :]))


def _seal(body: bytes) -> bytes:
    """What ties facts to the program and shows damage, as Python does it with byte code. It keeps out nobody who may
    write the file: such a one could seal it, too."""
    return source_hash(_stamp() + body).hex().encode()


def _stamp() -> bytes:
    """Names the program as it is now: facts found by another one mean nothing."""
    global _stamped
    if _stamped is None:
        from importlib.machinery import PathFinder

        own = ("core", "schemas", "adapters", "adapters/git", "workflows")
        folders = [_PACKAGE / folder for folder in own]
        folders += sorted(Path(entry.path) for entry in os.scandir(folders[0]) if _is_package(entry))
        for library in ("jinja2", "yaml", "jsonschema_rs"):
            found = PathFinder.find_spec(library)
            folders += [Path(found.origin).parent] if found and found.origin else []
        parts = [_folder_stamp(folder) for folder in folders]
        _stamped = "\n".join(parts).encode("utf-8", "surrogateescape")
    return _stamped


_stamped: bytes | None = None


def _is_package(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and not entry.name.startswith("__")


def _folder_stamp(folder: Path) -> str:
    entries = sorted((entry.name, entry.stat()) for entry in os.scandir(folder) if entry.is_file())
    return "\n".join(f"{name} {status.st_size} {status.st_mtime_ns}" for name, status in entries)
