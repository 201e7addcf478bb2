"""Lists a work tree by Git's index, which remembers each file's size and times: most files need not be looked at.

Where Git could be wrong about what a program reads (filters, flags that make it look away), it is not asked, or the
file counts as unknown.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from promptctl.adapters.facts import Facts
from promptctl.adapters.git.attributes import CONTENT, may_convert
from promptctl.adapters.git.attributes import NAME as ATTRIBUTES
from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.index_times import overlooked
from promptctl.adapters.git.program import Begun, Git
from promptctl.adapters.work_tree import SETTINGS, Listing, walk
from promptctl.adapters.writing import PREFIX as UNFINISHED

_PATHS = ("prompts", SETTINGS)
_DISTRUSTING = "-c core.trustctime=true -c core.checkStat=default -c core.ignoreCase=false".split()
"""Where Git may look at less than it could, files change, or come in other letters, without it seeing that."""
_STATUS = (
    "status --porcelain -z --untracked-files=all --ignored=traditional --no-renames --ignore-submodules=all".split()
)
_PLAIN = ("H 100644 ", "H 100755 ")
"""How entries of regular files start that no flag hides."""


def indexed_listing(git: Git, facts: Facts | None = None) -> Callable[[], Listing | None]:
    """Lets Git look at a work tree. What this gives waits for the listing: None where Git cannot tell what a walk would
    find. ``facts`` are those of earlier commands.

    New pipes and sockets are not in it: Git does not see what it could not hold.
    """
    if (git.root / "prompts").is_symlink() or _is_odd(git.root / SETTINGS):
        return lambda: None
    entries = git.begin("ls-files", "-s", "-v", "-z", "--", *_PATHS, ATTRIBUTES)
    status = git.begin(*_DISTRUSTING, *_STATUS, "--", *_PATHS)
    return lambda: _listing(git, entries, status, facts or Facts(None))


def _is_odd(file: Path) -> bool:
    """Whether something stands there that is no regular file."""
    return os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode)


def _listing(git: Git, listed: Begun, status: Begun, facts: Facts) -> Listing | None:
    try:
        entries = listed.end().stdout
        tracked, doubtful = _tracked(entries)
        named = hashlib.sha256(entries).hexdigest()
        changes = status.end()
        doubtful |= overlooked(git, facts, *_PATHS)
    except (GitFailure, OSError):
        return None
    if changes.stderr or not entries:
        return None
    doubtful |= {_decoded(entry[3:]) for entry in changes.stdout.split(b"\0") if entry}
    attributes = {path for paths in (tracked, doubtful, (ATTRIBUTES,)) for path in paths if path.endswith(ATTRIBUTES)}
    in_index = tracked.pop(ATTRIBUTES, None) is not None
    if may_convert(git, {path: in_index or path != ATTRIBUTES for path in attributes}, CONTENT):
        return None
    return _looked_at(git.root, tracked, doubtful, named)


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _tracked(entries: bytes) -> tuple[dict[str, str | None], set[str]]:
    """The index: paths with their objects, and those of what may lie otherwise on disk, whatever status says."""
    found: dict[str, str | None] = {}
    doubtful: set[str] = set()
    for entry in _decoded(entries).split("\0"):
        facts, _, path = entry.partition("\t")
        if facts.startswith(_PLAIN) and facts.endswith(" 0"):
            found[path] = facts[len(_PLAIN[0]) : -2]
        elif path:
            doubtful.add(path)
    return found, doubtful


def _looked_at(root: Path, tracked: Mapping[str, str | None], paths: set[str], index: str) -> Listing:
    """The listing with some paths as they lie on disk: files, folders with files, or nothing."""
    regular, special, seen, new = dict(tracked), set[str](), set(paths), False
    for path in (path for path in tracked if UNFINISHED in path and f"/{UNFINISHED}" in path):
        del regular[path]
    for path in paths:
        if path.rpartition("/")[2].startswith(UNFINISHED):
            regular.pop(path, None)
            continue
        found = dict(_on_disk(root, path.rstrip("/")))
        if path not in found:
            regular.pop(path, None)
        seen |= found.keys()
        for inner, mode in found.items():
            new = new or inner not in regular
            if stat.S_ISREG(mode):
                regular[inner] = None
            else:
                regular.pop(inner, None)
                special.add(inner)
    return Listing(
        regular=dict(sorted(regular.items())) if new else regular,
        special=tuple(sorted(special)),
        index=index,
        otherwise=frozenset(seen),
    )


def _on_disk(root: Path, path: str) -> Iterator[tuple[str, int]]:
    """Path and mode of what stands at a path: a folder is one that Git does not look into: another repository."""
    try:
        mode = os.lstat(root / path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(mode):
        yield path, mode
        return
    for entry, inner in walk(root / path, path):
        yield inner, entry.stat(follow_symlinks=False).st_mode
