"""Writes commits with plumbing and a private index: the user's index, work tree and branches stay as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from promptctl.adapters.git.identity import author_variables
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import commit_of


def write_commit(git: Git, base: str | None, files: Mapping[str, bytes | None], message: str) -> str:
    """A commit on ``base`` that sets files to bytes or, for None, removes them; no ref moves.

    Raises StateError when Git knows no committer; GitFailure when an object cannot be written.
    """
    author = author_variables(git)
    with private_index(git) as extra:
        if base:
            git.run("read-tree", base, extra=extra)
        git.run("update-index", "-z", "--add", "--index-info", stdin=_index_lines(git, files), extra=extra)
        tree = git.run("write-tree", extra=extra).stdout.decode().strip()
    parents = ["-p", base] if base else []
    signing = ["-S"] if _signs(git) else []
    arguments = ("commit-tree", tree, *parents, *signing, "-F", "-")
    return git.run(*arguments, stdin=message.encode(), extra=author).stdout.decode().strip()


@contextmanager
def private_index(git: Git) -> Iterator[Mapping[str, str]]:
    """The environment that makes Git use an index of ours instead of the user's; removed afterwards."""
    folder = git.common_directory / "promptctl"
    folder.mkdir(exist_ok=True)
    index = folder / f"index-{os.getpid()}"
    try:
        yield {"GIT_INDEX_FILE": str(index)}
    finally:
        index.unlink(missing_ok=True)
        Path(f"{index}.lock").unlink(missing_ok=True)


def _signs(git: Git) -> bool:
    """Whether the user wants commits signed, which ``commit-tree`` does not look up by itself."""
    return git.text("config", "--type=bool", "--default=false", "--get", "commit.gpgSign") == "true"


def _index_lines(git: Git, files: Mapping[str, bytes | None]) -> bytes:
    lines = []
    for path, data in files.items():
        blob = git.run("hash-object", "-w", "--stdin", stdin=data or b"").stdout.decode().strip()
        lines.append(f"100644 {blob}\t{path}\0" if data is not None else f"0 {'0' * len(blob)}\t{path}\0")
    return "".join(lines).encode()


def update_branch(git: Git, branch: str, new: str, old: str | None, why: str) -> bool:
    """Moves a local branch by compare-and-swap; False when it was not at ``old`` any more."""
    expected = old or "0" * len(new)
    done = git.run("update-ref", "-m", f"promptctl: {why}", f"refs/heads/{branch}", new, expected, expected=(0, 1, 128))
    return done.returncode == 0 or commit_of(git, f"refs/heads/{branch}") == new
