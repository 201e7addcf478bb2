"""What stands where a regular file is expected: links, pipes, devices, folders, holes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.hostile import seed
from tests.hostile.seed import Seed

_PLACES = {
    "prompt": seed.PROMPT,
    "partial": seed.PARTIAL,
    "suite": seed.SUITE,
    "rows": seed.ROWS,
    "settings": seed.SETTINGS,
    "lock": seed.LOCK,
    "pointer": seed.POINTER,
    "moves": seed.MOVES,
    "evidence": seed.EVIDENCE,
    "replies": seed.REPLIES,
}


def _socket(path: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def _hole(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


def _loop(path: Path) -> None:
    path.symlink_to(path.with_name("other-end"))
    path.with_name("other-end").symlink_to(path)


def _hard_link(path: Path) -> None:
    other = path.with_name("other-name")
    other.write_text("template: x\n")
    path.hardlink_to(other)


_KINDS: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "socket": _socket,
    "folder": Path.mkdir,
    "link-outside": lambda path: path.symlink_to("/etc/passwd"),
    "link-inside": lambda path: path.symlink_to("../q/prompt.yaml"),
    "link-to-device": lambda path: path.symlink_to("/dev/zero"),
    "link-dangling": lambda path: path.symlink_to("nowhere"),
    "link-loop": _loop,
    "link-to-itself": lambda path: path.symlink_to(path.name),
    "hard-link": _hard_link,
    "hole-of-16-mib": _hole(16 * 1024 * 1024),
    "hole-of-4-gib": _hole(4 << 30),
    "hole-of-1-tib": _hole(1 << 40),
    "unreadable": lambda path: (path.write_text("template: x\n"), path.chmod(0)),
}


def _instead(place: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    def put(folder: Path) -> None:
        path = folder / place
        path.unlink(missing_ok=True)
        make(path)

    return put


def _folder_instead(link: str) -> Callable[[Path], object]:
    def put(folder: Path) -> None:
        (folder / "elsewhere").mkdir()
        (folder / "elsewhere" / "prompt.yaml").write_text("template: outside\n")
        (folder / link).symlink_to(folder / "elsewhere")

    return put


def _no_folder(folder: Path) -> None:
    for path in sorted((folder / "prompts").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (folder / "prompts").rmdir()


def _linked_whole(folder: Path) -> None:
    (folder / "prompts").rename(folder / "real")
    (folder / "prompts").symlink_to("real")


def _file_for_folder(folder: Path) -> None:
    _no_folder(folder)
    (folder / "prompts").write_text("x")


def _locked_folder(folder: Path) -> None:
    (folder / "prompts" / "q").chmod(0)


SEEDS = (
    *(
        Seed(name=f"file_kinds/{where}-{kind}", special=_instead(place, make))
        for where, place in _PLACES.items()
        for kind, make in _KINDS.items()
    ),
    Seed(name="file_kinds/folder-linked", special=_folder_instead("prompts/linked")),
    Seed(name="file_kinds/folder-linked-to-itself", special=lambda folder: (folder / "prompts/p/loop").symlink_to(".")),
    Seed(name="file_kinds/prompts-missing", special=_no_folder),
    Seed(name="file_kinds/prompts-is-a-link", special=_linked_whole),
    Seed(name="file_kinds/prompts-is-a-file", special=_file_for_folder),
    Seed(name="file_kinds/folder-unreadable", special=_locked_folder),
)
