"""What the state branch's history knows of pointers: the highest serial each file ever had."""

from __future__ import annotations

from promptctl.adapters.git.refs import is_ancestor
from promptctl.adapters.repository import Repository


def known_serials(repository: Repository, commit: str, *paths: str) -> dict[str, int]:
    """The highest serial that each pointer file below ``paths`` ever had up to a commit.

    A removed file counts as one more, the serial of the move that removed it. Looks at every side of every merge,
    since a merge can hide the side that knew a higher one.
    """
    arguments = ("log", "--raw", "-m", "--full-history", "--no-abbrev", "--no-renames", "--format=", commit, "--")
    found: dict[str, int] = {}
    serials: dict[str, int] = {}
    for line in repository.git.text(*arguments, *paths).split("\n"):
        facts, _, path = line.partition("\t")
        if not path.endswith(".yaml") or "/_" in path:
            continue
        _, _, old, new, status = facts.split(" ")
        blob = old if status == "D" else new
        if blob not in serials:
            content = repository.objects.read(blob)
            serials[blob] = _serial(content[1]) if content else 0
        found[path] = max(found.get(path, 0), serials[blob] + (status == "D"))
    return found


def history_is_cut(repository: Repository, commit: str) -> bool:
    """Whether this clone lacks commits before ``commit``; a shallow clone may still have one branch whole."""
    git = repository.git
    if not git.shallow:
        return False
    cuts = (git.common_directory / "shallow").read_text().split()
    return any(is_ancestor(git, cut, commit) for cut in cuts)


def _serial(data: bytes) -> int:
    for line in data.decode("utf-8", "replace").split("\n"):
        if line.startswith("serial: ") and line[8:].strip().isdecimal() and len(line) < 30:
            return int(line[8:])
    return 0
