"""Lists a work tree by Git's index, which remembers each file's size and times: most files need not be looked at.

Where Git could be wrong about what a program reads (filters, flags that make it look away), it is not asked, or the
file counts as unknown.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from promptctl.adapters.git.program import Git, GitFailure
from promptctl.adapters.work_tree import SETTINGS, Listing, walk
from promptctl.adapters.writing import PREFIX as UNFINISHED

_PATHS = ("prompts", SETTINGS)
_ATTRIBUTES = ".gitattributes"
_STATUS = "--porcelain -z --untracked-files=all --ignored=traditional --no-renames --ignore-submodules=all".split()
_CONVERTING = (b"filter", b"ident", b"working-tree-encoding")
_LONGEST_ATTRIBUTES = 1 << 20


def indexed_listing(git: Git) -> Listing | None:
    """The listing of a work tree; None where Git cannot tell what a walk would find.

    New pipes and sockets are not in it: Git does not see what it could not hold.
    """
    root = git.root
    if (root / "prompts").is_symlink() or (root / SETTINGS).is_symlink():
        return None
    status = git.start("status", *_STATUS, "--", *_PATHS)
    try:
        entries = git.run("ls-files", "-s", "-v", "-z", "--", *_PATHS, _ATTRIBUTES).stdout
    except GitFailure:
        entries = b""
    changes, complaints = status.communicate()
    if status.returncode or complaints or not entries:
        return None
    tracked = dict(_tracked(entries))
    doubtful = {path for path, name in tracked.items() if name is None}
    doubtful |= {_decoded(entry[3:]) for entry in changes.split(b"\0") if entry}
    attributes = {_ATTRIBUTES} | {path for path in tracked.keys() | doubtful if path.endswith(_ATTRIBUTES)}
    if _converts(git, attributes, tracked.pop(_ATTRIBUTES, None) is not None):
        return None
    return _looked_at(root, {path: name for path, name in tracked.items() if name is not None}, doubtful)


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _tracked(entries: bytes) -> Iterator[tuple[str, str | None]]:
    """Every path of the index with its object; None for what may lie otherwise on disk, whatever status says."""
    for entry in _decoded(entries).split("\0"):
        if entry:
            facts, _, path = entry.partition("\t")
            flag, mode, name, stage = facts.split(" ")
            plain = flag == "H" and stage == "0" and mode in ("100644", "100755")
            yield path, name if plain else None


def _looked_at(root: Path, known: Mapping[str, str | None], paths: set[str]) -> Listing:
    """The listing with some paths as they lie on disk: files, folders with files, or nothing."""
    regular, special = dict(known), []
    for path in (path for path in known if f"/{UNFINISHED}" in path):
        del regular[path]
    for path in paths:
        regular.pop(path, None)
        if path.rpartition("/")[2].startswith(UNFINISHED):
            continue
        for mode, inner in _on_disk(root, path.rstrip("/")):
            if stat.S_ISREG(mode):
                regular[inner] = None
            else:
                special.append(inner)
    return Listing(regular=regular if not paths else dict(sorted(regular.items())), special=tuple(sorted(set(special))))


def _on_disk(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """Mode and path of what stands at a path: a folder is one that Git does not look into: another repository."""
    try:
        mode = os.lstat(root / path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(mode):
        yield mode, path
        return
    for entry, inner in walk(root / path, path):
        yield entry.stat(follow_symlinks=False).st_mode, inner


def _converts(git: Git, paths: Collection[str], in_index: bool) -> bool:
    """Whether attributes may make files differ from their objects in more than line ends.

    ``paths`` are files of attributes in the work tree; where one is only in the index, Git takes that.
    """
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    named, program = git.config.get("core.attributesfile"), shutil.which("git")
    files = [git.common_directory / "info" / "attributes", Path("/etc/gitattributes")]
    files += [Path(named).expanduser() if named else home / "git" / "attributes"]
    files += [Path(program).parent.parent / "etc" / "gitattributes"] if program else []
    if any(_mentions(file, absent=False) for file in files):
        return True
    return any(_mentions(git.root / path, absent=in_index or path != _ATTRIBUTES) for path in paths)


def _mentions(file: Path, *, absent: bool) -> bool:
    """Whether a file may ask for a conversion; ``absent`` is the answer where there is none."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_LONGEST_ATTRIBUTES)
    except FileNotFoundError:
        return absent
    except OSError:
        return True
    return len(text) == _LONGEST_ATTRIBUTES or any(word in text for word in _CONVERTING)
