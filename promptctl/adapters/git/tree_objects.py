"""Folders as Git stores them: read into names, compared, and changed without an index.

A tree object holds mode, space, name, NUL and raw id of each entry; a pack is as ``gitformat-pack(5)`` has it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from promptctl.adapters.writing import CANNOT_WRITE
from promptctl.errors import OutsideError

_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_FOLDER, _FILE = "40000", "100644"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under a name in a folder: its mode, as trees spell it, and the object."""

    mode: str
    object_id: str

    @property
    def is_folder(self) -> bool:
        return self.mode == _FOLDER


Folder = Mapping[str, Entry]
ReadFolder = Callable[[str], Folder]
"""Gives the folder that the id of a tree names."""
Difference = tuple[str, Entry | None, Entry | None]
"""A path, and what stands there before and after; None for nothing."""


def parse_tree(data: bytes, id_bytes: int) -> Folder:
    """The entries of a tree object; ``id_bytes`` is how many bytes an object's raw id has."""
    entries = re.finditer(rb"([0-7]+) ([^\0]+)\0(.{%d})" % id_bytes, data, re.DOTALL)
    return {
        entry[2].decode("utf-8", "surrogateescape"): Entry(entry[1].decode("ascii"), entry[3].hex())
        for entry in entries
    }


def spell_tree(folder: Folder) -> bytes:
    """The tree object of a folder. Git sorts by bytes, folders as if a slash ended their names."""
    spelled = {name.encode("utf-8", "surrogateescape"): entry for name, entry in folder.items()}
    order = sorted(spelled, key=lambda name: name + b"/" if spelled[name].is_folder else name)
    return b"".join(
        spelled[name].mode.encode() + b" " + name + b"\0" + bytes.fromhex(spelled[name].object_id) for name in order
    )


def differences(read: ReadFolder, before: Folder, after: Folder, prefix: str = "") -> Iterator[Difference]:
    """The files that two folders have otherwise, with their paths below ``prefix``; equal folders are not read."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        files = [None if entry is None or entry.is_folder else entry for entry in (old, new)]
        if files != [None, None]:
            yield prefix + name, files[0], files[1]
        folders = [read(entry.object_id) if entry and entry.is_folder else {} for entry in (old, new)]
        yield from differences(read, folders[0], folders[1], f"{prefix}{name}/")


def object_id(kind: str, data: bytes, algorithm: str) -> str:
    """What names an object; ``algorithm`` is sha1 or sha256, as the repository has it."""
    return _digest(f"{kind} {len(data)}\0".encode() + data, algorithm).hex()


@dataclass(kw_only=True)
class NewObjects:
    """Objects that are to be written, by id; ``algorithm`` is what names them: sha1 or sha256."""

    algorithm: str
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def add(self, kind: str, data: bytes) -> str:
        """Keeps an object for the pack and gives its id."""
        called = object_id(kind, data, self.algorithm)
        self.kept[called] = (kind, data)
        return called

    def change(self, read: ReadFolder, folder: Folder, files: Mapping[str, bytes | None], prefix: str = "") -> Folder:
        """A folder with files set to bytes or, for None, removed; folders that are empty then go.

        Raises OutsideError where a file stands in the place of a folder, or a folder in that of a file.
        """
        result = dict(folder)
        inner: dict[str, dict[str, bytes | None]] = {}
        for path, data in files.items():
            name, slash, rest = path.partition("/")
            there = result.get(name)
            if there and there.is_folder != bool(slash):
                raise OutsideError(CANNOT_WRITE, f"{prefix}{path} cannot be written: {prefix}{name} is in its place")
            if slash:
                inner.setdefault(name, {})[rest] = data
            elif data is None:
                result.pop(name, None)
            else:
                result[name] = Entry(_FILE, self.add("blob", data))
        for name, below in inner.items():
            there = result.pop(name, None)
            changed = self.change(read, read(there.object_id) if there else {}, below, f"{prefix}{name}/")
            if changed:
                result[name] = Entry(_FOLDER, self.add("tree", spell_tree(changed)))
        return result

    def pack(self) -> bytes:
        """All of them as a pack, for ``git unpack-objects``."""
        body = b"PACK" + (2).to_bytes(4) + len(self.kept).to_bytes(4)
        body += b"".join(_head(kind, len(data)) + zlib.compress(data, 1) for kind, data in self.kept.values())
        return body + _digest(body, self.algorithm)


def _digest(data: bytes, algorithm: str) -> bytes:
    import hashlib

    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


def _head(kind: str, size: int) -> bytes:
    """Kind and size of a packed object: four bits of the size, then seven a byte, lowest first."""
    byte, size = _KINDS[kind] << 4 | size & 15, size >> 4
    head = bytearray()
    while size:
        head.append(byte | 128)
        byte, size = size & 127, size >> 7
    return bytes([*head, byte])
