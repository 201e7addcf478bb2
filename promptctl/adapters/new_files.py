"""Creates files that do not exist yet: all of them or none, never through a symbolic link, never over another file."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.writing import EXISTS, clear_leftovers, create_file, refused_as
from promptctl.errors import Place, UsageError


def write_new_files(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Writes files below ``root``, paths POSIX; those that were there with the same bytes are left alone.

    Returns the paths written. Raises UsageError when a path is taken by something else, OutsideError when the disk
    refuses; then nothing of it stays. A killed run is finished by the same call made again.
    """
    with refused_as(next(iter(files))):
        for folder in {(root / path).parent for path in files}:
            clear_leftovers(folder)
        missing = [path for path, data in files.items() if not _is_there(root, path, data)]
    made: list[Path] = []
    try:
        for path in missing:
            _make_folders(root, path, made)
            create_file(root / path, files[path], path)
            made.append(root / path)
    except BaseException:
        for found in reversed(made):
            with contextlib.suppress(OSError):
                found.rmdir() if found.is_dir() else found.unlink()
        raise
    return tuple(missing)


def _is_there(root: Path, path: str, data: bytes) -> bool:
    """Whether the file is there already. Raises UsageError when anything but that file stands in the way."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        folder = root.joinpath(*parts[:end])
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            shown = "/".join(parts[:end])
            raise UsageError(EXISTS, f"{shown} is no folder", place=Place(shown), hint="move it away")
    found = root / path
    if not found.is_symlink() and not found.exists():
        return False
    if found.is_symlink() or not found.is_file() or found.read_bytes() != data:
        raise UsageError(EXISTS, f"{path} exists already and is never overwritten", place=Place(path))
    return True


def _make_folders(root: Path, path: str, made: list[Path]) -> None:
    folder = root
    for part in path.split("/")[:-1]:
        folder = folder / part
        if not folder.exists():
            with refused_as(path):
                folder.mkdir()
            made.append(folder)
