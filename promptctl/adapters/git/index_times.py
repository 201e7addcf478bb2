"""Files that Git takes for unchanged because it compares whole seconds, though they changed within one."""

from __future__ import annotations

import hashlib
import os
import re
import time

from promptctl.adapters.facts import Facts
from promptctl.adapters.git.program import Git
from promptctl.adapters.work_tree import git_folder

_SHELF, _KEY = "overlooked", "index"
_ENTRY = re.compile(r"([^\0]+)\0  ctime: (\d+):(\d+)\n(?:  .*\n){4}")
_SETTLED = 2
"""Seconds, more than the steps of any file system's clock."""


def overlooked(git: Git, facts: Facts, *paths: str) -> frozenset[str]:
    """The files below ``paths`` whose inodes changed in the very second in which Git's index noted them, and after it.

    Who puts back size and time of modification within that second deceives Git for ever. Once it has passed nobody can
    any more: what is found then holds for this index.
    """
    index = _index(git)
    fact = facts.get(_SHELF, _KEY)
    if isinstance(fact, list) and len(fact) == 2 and fact[0] == index:
        return frozenset(fact[1])
    now = int(time.time())
    listing = git.run("ls-files", "-z", "--debug", "--", *paths).stdout.decode("utf-8", "surrogateescape")
    entries = [(path, int(seconds), int(nanoseconds)) for path, seconds, nanoseconds in _ENTRY.findall(listing)]
    found = frozenset(path for path, *noted in entries if _later(git, path, *noted))
    if index == _index(git) and all(seconds + _SETTLED < now for _, seconds, _ in entries):
        facts.put(_SHELF, _KEY, [index, sorted(found)])
    return found


def _later(git: Git, path: str, seconds: int, nanoseconds: int) -> bool:
    try:
        changed = os.lstat(git.root / path).st_ctime_ns
    except OSError:
        return False
    return changed != seconds * 10**9 + nanoseconds and changed // 10**9 == seconds


def _index(git: Git) -> str:
    """Names what Git's index holds, the times that it noted included."""
    return hashlib.sha1((git_folder(git.root) / "index").read_bytes(), usedforsecurity=False).hexdigest()
