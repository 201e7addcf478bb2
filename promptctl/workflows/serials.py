"""What the state branch's history knows of pointers: the highest serial each file ever had."""

from __future__ import annotations

import re
from collections.abc import Mapping

from promptctl.adapters.git.refs import is_ancestor
from promptctl.adapters.repository import Repository

_IN_POINTER = re.compile(rb"^serial: ([0-9]{1,18})\r?$", re.MULTILINE)
_IN_LAST_MOVE = re.compile(rb'\{"serial":([0-9]{1,18}),[^\n]*\n?\Z')


def known_serials(repository: Repository, commit: str, *paths: str) -> dict[str, int]:
    """The highest serial that each pointer file below ``paths`` ever had up to a commit.

    Where a move removed the file, the serial of that move. Looks at every side of every merge, since a merge can hide
    the side that knew a higher one.
    """
    arguments = ("log", "--raw", "-m", "--full-history", "--no-abbrev", "--no-renames", "--format=%x00", commit, "--")
    found: dict[str, int] = {}
    serials: dict[str, int] = {}
    for entry in repository.git.text(*arguments, *paths).split("\0"):
        blobs = _blobs(entry)
        for path in blobs:
            if not path.endswith(".yaml") or "/_" in path:
                continue
            blob = blobs[path] or blobs.get(path.removesuffix(".yaml") + ".moves.jsonl")
            if blob and blob not in serials:
                serials[blob] = _serial(repository, blob, _IN_POINTER if blobs[path] else _IN_LAST_MOVE)
            found[path] = max(found.get(path, 0), serials[blob] if blob else 0)
    return found


def _blobs(entry: str) -> Mapping[str, str | None]:
    """What one commit made of each path it changed; None where it removed it."""
    found: dict[str, str | None] = {}
    for line in entry.split("\n"):
        facts, tab, path = line.partition("\t")
        if tab:
            _, _, _, new, status = facts.split(" ")
            found[path] = None if status == "D" else new
    return found


def history_is_cut(repository: Repository, commit: str) -> bool:
    """Whether this clone lacks commits before ``commit``; a shallow clone may still have one branch whole."""
    git = repository.git
    if not git.shallow:
        return False
    cuts = (git.common_directory / "shallow").read_text().split()
    return any(is_ancestor(git, cut, commit) for cut in cuts)


def _serial(repository: Repository, blob: str, pattern: re.Pattern[bytes]) -> int:
    content = repository.objects.read(blob)
    found = pattern.search(content[1]) if content else None
    return int(found[1]) if found else 0
