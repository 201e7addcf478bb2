"""Writes commits with plumbing and without an index: the user's index, work tree and branches stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.adapters.git.failure import GitFailure, GitKilled
from promptctl.adapters.git.identity import author_variables
from promptctl.adapters.git.objects import Objects
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.git.signing import sign
from promptctl.adapters.git.tree_objects import NewObjects, spell_tree


def write_commit(
    git: Git, base: str | None, files: Mapping[str, bytes | None], message: str, *, signed: bool = False
) -> str:
    """A commit on ``base`` that sets files to bytes or, for None, removes them; no ref moves, and no index is used.

    It is signed where that is asked for here or in Git's configuration. Raises StateError when Git knows no committer
    or cannot sign; OutsideError when an object cannot be written.
    """
    author, objects = author_variables(git), Objects(git)
    new = NewObjects(algorithm=git.object_format)
    folder = new.change(objects.folder, objects.folder(base) if base else {}, files)
    tree = new.add("tree", spell_tree(folder))
    git.run("unpack-objects", "-q", stdin=new.pack())
    parents = ["-p", base] if base else []
    arguments = ("commit-tree", tree, *parents, "-F", "-")

    def commit(*signing: str) -> str:
        return git.run(*arguments, *signing, stdin=message.encode(), extra=author).stdout.decode().strip()

    # Whether the user wants commits signed, ``commit-tree`` does not look up by itself.
    return sign(git, lambda: commit("-S")) if signed or git.is_on("commit.gpgsign") else commit()


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
