"""Writes commits with plumbing and a private index: the user's index, work tree and branches stay as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from promptctl.adapters.git.identity import author_variables
from promptctl.adapters.git.program import Git, GitFailure, GitKilled
from promptctl.adapters.git.refs import commit_of


def write_commit(git: Git, base: str | None, files: Mapping[str, bytes | None], message: str) -> str:
    """A commit on ``base`` that sets files to bytes or, for None, removes them; no ref moves.

    Raises StateError when Git knows no committer; GitFailure when an object cannot be written.
    """
    author = author_variables(git)
    with private_index(git) as extra:
        if base:
            git.run("read-tree", base, extra=extra)
        git.run("update-index", "-z", "--add", "--index-info", stdin=_index_lines(git, base, files), extra=extra)
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


def _index_lines(git: Git, base: str | None, files: Mapping[str, bytes | None]) -> bytes:
    kept = {path: data for path, data in files.items() if data is not None}
    blobs = dict(zip(kept, _write_blobs(git, list(kept.values())), strict=True))
    gone = [path for path in files if path not in blobs] if base else []
    lines = [f"0 {'0' * len(base or '')}\t{path}\0" for path in gone]
    lines += [f"100644 {blob}\t{path}\0" for path, blob in blobs.items()]
    return "".join(lines).encode()


def _write_blobs(git: Git, contents: Sequence[bytes]) -> list[str]:
    """Stores contents as blobs, however many by one call of git, and gives their ids in order."""
    import shutil
    import tempfile

    if not contents:
        return []
    folder = Path(tempfile.mkdtemp(prefix="blobs-", dir=git.common_directory / "promptctl"))
    try:
        paths = [folder / str(number) for number in range(len(contents))]
        for path, data in zip(paths, contents, strict=True):
            path.write_bytes(data)
        listing = "".join(f"{path}\n" for path in paths).encode("utf-8", "surrogateescape")
        done = git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=listing)
        return done.stdout.decode().split()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def update_branch(git: Git, branch: str, new: str, old: str | None, why: str) -> bool:
    """Moves a local branch by compare-and-swap; False when it was not at ``old`` any more.

    Raises GitFailure when it is still there and could not be moved.
    """
    ref, expected = f"refs/heads/{branch}", old or "0" * len(new)
    try:
        git.run("update-ref", "-m", f"promptctl: {why}", ref, new, expected)
    except GitFailure as failure:
        now = commit_of(git, ref)
        if now == old or isinstance(failure, GitKilled):
            raise
        return now == new
    return True
