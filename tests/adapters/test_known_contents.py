"""The contents of large files: looked up while nothing about the file has changed, and read in all other cases."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.adapters import known
from promptctl.adapters.facts import Facts

LARGE = b"a" * (300 * 1024)


def _times_put_back(file: Path) -> None:
    before = file.stat()
    file.write_bytes(LARGE[:-1] + b"b")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced(file: Path) -> None:
    file.with_name("other").write_bytes(LARGE[:-1] + b"b")
    os.utime(file.with_name("other"), ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    file.with_name("other").rename(file)


CHANGES: dict[str, tuple[Callable[[Path], object], bool]] = {
    "nothing": (lambda _file: None, False),
    "looked at": (Path.read_bytes, False),
    "grown": (lambda file: file.write_bytes(LARGE + b"b"), True),
    "another text as long": (lambda file: file.write_bytes(LARGE[:-1] + b"b"), True),
    "times put back": (_times_put_back, True),
    "another file, as long and as old": (_replaced, True),
    "small now": (lambda file: file.write_bytes(b"b"), True),
    "gone": (Path.unlink, True),
}


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old from the moment they are written."""
    monkeypatch.setattr(known, "_SETTLED", -(10**12))


def reads(folder: Path, change: Callable[[Path], object]) -> int:
    """How often a file is read by two commands with a change between them."""
    file, read = folder / "file", list[bytes]()

    def look() -> str:
        read.append(b"")
        return "name"

    for action in (lambda _file: file.write_bytes(LARGE), change):
        action(file)
        facts = Facts(folder / "facts")
        assert known.KnownContents(facts, folder).name("file", look) == "name"
        facts.save()
    return len(read)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.usefixtures("settled")
def test_a_large_file_is_read_again_when_it_was_changed(folder: Path, change: str) -> None:
    made, again = CHANGES[change]
    assert reads(folder, made) == (2 if again else 1)


def test_a_file_that_was_written_a_moment_ago_is_read(folder: Path) -> None:
    assert reads(folder, CHANGES["nothing"][0]) == 2
