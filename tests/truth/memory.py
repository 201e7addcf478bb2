"""What a clone has to remember of release tags: that the remote gave a name another object, or lost it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support import GitRepository
from tests.truth.plain_git import MIRROR, TAGS

Objects = dict[str, str]
"""The objects of tags by their names below the prefix."""


def objects(clone: GitRepository, prefix: str) -> Objects:
    """The tags of a clone, or of the remote as it last saw it."""
    lines = clone.git("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()
    return {name.removeprefix(prefix): found for found, _, name in (line.partition(" ") for line in lines)}


class Memory:
    """What was seen to change in each clone, by what its mirror was before and after every command."""

    def __init__(self) -> None:
        self._was: dict[Path, Objects] = {}

    def of(self, clone: GitRepository) -> Objects:
        """The objects that the remote had before it changed them."""
        return self._was.setdefault(clone.folder, {})

    def note(self, clone: GitRepository, before: Objects) -> None:
        """A command ran; ``before`` is what the mirror was."""
        after, here = objects(clone, MIRROR), objects(clone, TAGS)
        known = {**{name: found for name, found in here.items() if name in after}, **before}
        changed = {name: found for name, found in known.items() if after.get(name) != found}
        self._was[clone.folder] = {**(changed if after != before else {}), **self.of(clone)}

    def believe(self, clone: GitRepository) -> None:
        """A command was killed: what it meant to remember is known to itself alone."""
        path = clone.folder / ".git/promptctl/rewritten-tags"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._was[clone.folder] = {name: was for _, name, was in map(json.loads, lines)}
