"""How the files that a commit changed stand in a work tree and its index, and what keeps them from following."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.git.attributes import CONTENT, LINE_ENDS, NAME, may_convert
from promptctl.adapters.git.objects import Objects
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.tree_objects import Difference, Entry, object_id
from promptctl.core.moves.pointer import EXPERIMENTS

_SINGLY = 100
"""Up to so many paths are named on a command line; for more the whole index is listed."""
_ODD = object()


Staged = Mapping[str, tuple[str, Entry]]
"""What the index has of a path, with Git's tag: ``M`` for one that is not merged, ``S`` for one left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One path: what two commits have there (None: nothing), what the index has, and the blob that lies on disk.

    ``merged`` is False for a path with a conflict; ``left_out`` True for one that Git may leave out of a sparse
    checkout; ``odd`` for one where no file can be, since something else stands there or on the way; ``drafted`` is
    the file on disk where its whole text is in the commit after, so that nothing is lost when it is replaced.
    """

    path: str
    before: Entry | None
    after: Entry | None
    staged: Entry | None
    found: str | None
    merged: bool = True
    left_out: bool = False
    odd: bool = False
    drafted: Entry | None = None

    @property
    def known(self) -> bool:
        """Whether the index has the path as one of the commits does: nobody staged anything else."""
        return self.merged and (self.staged in (self.before, self.after) or self._is_draft(self.staged))

    @property
    def obstacle(self) -> str | None:
        """Why the path cannot follow without losing somebody's work; None when it can."""
        if not self.merged:
            return f"{self.path} is not merged yet"
        if not self.known:
            return f"{self.path} is staged otherwise"
        if self.left_out or self.staged == self.after:
            return None
        if self.odd:
            return f"something else stands at {self.path}, or on the way to it"
        if self.found in (None, _blob(self.before), _blob(self.after)) or self._draft_lies_there:
            return None
        return f"{self.path} has changes of yours" if self.before else f"{self.path} lies there, and is not Git's"

    @property
    def follows(self) -> bool:
        """Whether the file on disk is to become what it is afterwards; one that was deleted comes back."""
        if not self.known or self.left_out or self.odd or self.found == _blob(self.after):
            return False
        return (
            self.found == _blob(self.before)
            or (self.found is None and self.staged != self.after)
            or self._draft_lies_there
        )

    @property
    def _draft_lies_there(self) -> bool:
        return self.drafted is not None and self.found == self.drafted.object_id

    def _is_draft(self, entry: Entry | None) -> bool:
        return entry is not None and entry == self.drafted


def standings(git: Git, moved: Sequence[Difference], staged: Staged) -> tuple[Standing, ...]:
    """How each path stands now. Raises GitFailure when git cannot look."""
    found = _found(git, moved)
    sparse = git.is_on("core.sparsecheckout")
    return tuple(
        Standing(
            path=path,
            before=before,
            after=after,
            staged=entry,
            found=blob if isinstance(blob, str) else None,
            merged=tag != "M",
            left_out=tag == "S" or (sparse and before is None and blob is None),
            odd=blob is _ODD,
            drafted=_drafted(git, path, after),
        )
        for path, before, after in moved
        for tag, entry in [staged.get(path, ("", None))]
        for blob in [found[path]]
    )


def stage(git: Git, entries: Mapping[str, Entry | None]) -> None:
    """Sets paths of the index, or takes them out of it, all or none."""
    if entries:
        none = "0 " + "0" * (40 if git.object_format == "sha1" else 64)
        facts = ((f"{entry.mode} {entry.object_id}" if entry else none, path) for path, entry in entries.items())
        lines = "".join(f"{fact}\t{path}\0" for fact, path in facts)
        git.run("update-index", "-z", "--add", "--index-info", stdin=lines.encode("utf-8", "surrogateescape"))


def written(git: Git, blobs: Sequence[tuple[str, str]]) -> Mapping[str, bytes]:
    """What Git would write for each pair of a blob and a path, by path: line ends and filters as the user has them.

    Where nothing converts, that is the blob. Git tells the size before conversion only, so a word that nobody can
    guess, which names no object, ends each answer.
    """
    paths = [path for _, path in blobs]
    if not _converts(git, paths):
        objects = Objects(git)
        return {path: found[1] for blob, path in blobs if (found := objects.read(blob))}
    end = os.urandom(24).hex()
    asked = "".join(f"{blob} {path}\n{end}\n" for blob, path in blobs).encode("utf-8", "surrogateescape")
    said = git.run("cat-file", "--batch", "--filters", stdin=asked).stdout
    answers = said.split(f"\n{end} missing\n".encode())[: len(blobs)]
    return {path: answer.partition(b"\n")[2] for path, answer in zip(paths, answers, strict=True)}


def _converts(git: Git, paths: Sequence[str]) -> bool:
    """Whether Git may write other bytes than it stores."""
    if git.is_on("core.autocrlf") and git.config["core.autocrlf"].lower() != "input":
        return True
    steps = (path.split("/")[:-1] for path in paths)
    named = {"/".join((*folders[:count], NAME)) for folders in steps for count in range(len(folders) + 1)}
    return may_convert(git, dict.fromkeys(named, False), (*CONTENT, *LINE_ENDS))


def staged(git: Git, paths: Sequence[str]) -> Staged:
    """What the index has of paths."""
    named = paths if len(paths) <= _SINGLY else ()
    listing = git.run("--literal-pathspecs", "ls-files", "-s", "-t", "-z", "--", *named).stdout
    found: dict[str, tuple[str, Entry]] = {}
    for entry in listing.decode("utf-8", "surrogateescape").split("\0"):
        if entry:
            facts, _, path = entry.partition("\t")
            tag, mode, blob, _ = facts.split(" ")
            found[path] = (tag, Entry(mode, blob))
    return found


def _found(git: Git, moved: Sequence[Difference]) -> Mapping[str, object]:
    """The blob that each path's file is, None where there is no file, ``_ODD`` where none can be.

    A file whose very bytes one of the commits has is that blob; of others Git says what they would be stored as.
    """
    found: dict[str, object] = {}
    other: list[str] = []
    for path, before, after in moved:
        there = _on_disk(git.root, path)
        if isinstance(there, bytes):
            there = object_id("blob", there, git.object_format)
            if there not in (_blob(before), _blob(after)):
                other.append(path)
        found[path] = there
    if other:
        found |= zip(other, git.text("hash-object", "--", *other).split("\n"), strict=True)
    return found


def _on_disk(root: Path, path: str) -> bytes | object | None:
    """The bytes of a file; None where there is none, ``_ODD`` where no file can be."""
    *folders, _ = steps = path.split("/")
    try:
        for count in range(1, len(steps)):
            if not stat.S_ISDIR(root.joinpath(*folders[:count]).lstat().st_mode):
                return _ODD
        file = root / path
        return file.read_bytes() if stat.S_ISREG(file.lstat().st_mode) else _ODD
    except FileNotFoundError:
        return None


def _drafted(git: Git, path: str, after: Entry | None) -> Entry | None:
    """The file on disk as an entry, where it is a plan that the commit has whole: what stands below it is ours."""
    there = _on_disk(git.root, path) if after and path.startswith(f"{EXPERIMENTS}/") else None
    if not isinstance(there, bytes) or not after:
        return None
    from promptctl.core.experiments.experiment import HEAD

    found = Objects(git).read(after.object_id)
    plan = there.replace(b"\r\n", b"\n").partition(HEAD.encode())[0].rstrip(b"\n") + b"\n"
    contained = found is not None and found[1].startswith(plan)
    return Entry("100644", object_id("blob", there, git.object_format)) if contained else None


def _blob(entry: Entry | None) -> str | None:
    return entry.object_id if entry else None
