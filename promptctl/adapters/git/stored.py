"""Which files Git stores otherwise than they lie in the work tree: by filters, ``ident`` or another encoding."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from promptctl.adapters.git.attributes import CONTENT, NAME, may_convert
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.tree_objects import object_id


def stored_otherwise(git: Git, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the files that a commit would hold with other content, line ends aside. Runs the user's own filters.

    Raises GitFailure when one of them fails.
    """
    asked = sorted(path for path in paths if (git.root / path).is_file())
    folders = {str(folder) for path in asked for folder in PurePosixPath(path).parents}
    if not asked or not may_convert(git, {f"{folder}/{NAME}": False for folder in folders}, CONTENT):
        return ()
    listed = "".join(f"{_quoted(path)}\n" for path in asked).encode("utf-8", "surrogateescape")
    stored = git.run("hash-object", "--stdin-paths", stdin=listed).stdout.decode("ascii").split()
    return tuple(path for path, kept in zip(asked, stored, strict=True) if kept not in _plain(git, path))


def _quoted(path: str) -> str:
    """A path on a line of its own, whatever is in its name."""
    return '"' + path.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'


def _plain(git: Git, path: str) -> set[str]:
    """What may name a file's content when nothing converts it but its line ends."""
    data = (git.root / path).read_bytes()
    return {object_id("blob", it, git.object_format) for it in (data, data.replace(b"\r\n", b"\n"))}
