"""The digests of all prompts as Git's index has their files: one fact, so that asking for all costs one look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from promptctl.adapters.facts import Facts
from promptctl.adapters.known import KnownDigests
from promptctl.adapters.work_tree import Listing

_SHELF, _KEY = "index", "digests"
_OWN = "/prompt.yaml"


class KnownIndex:
    """What is known of the index that a listing of the work tree was made with; nothing where there was none.

    ``names`` is what is known of single prompts.
    """

    def __init__(self, facts: Facts, names: KnownDigests, listing: Callable[[], Listing]) -> None:
        self._facts, self.names, self._listing = facts, names, listing

    def digests(self) -> dict[str, str]:
        """The digests of the prompts that are known, and none of whose files lies otherwise than in the index."""
        fact = self._facts.get(_SHELF, _KEY)
        listing = self._listing()
        if not isinstance(fact, list) or fact[0] != listing.index:
            return {}
        _, digests, users = fact
        found = dict(digests)
        for path in listing.otherwise:
            found.pop(path.removeprefix("prompts/").removesuffix(_OWN), None)
            for name in users.get(path, ()):
                found.pop(name, None)
        return found

    def keep(self, digests: Mapping[str, str], files: Callable[[str], Collection[str]]) -> None:
        """Notes the digests of those prompts whose files are as the index has them."""
        listing = self._listing()
        if not listing.index:
            return
        users: dict[str, list[str]] = {}
        kept: dict[str, Any] = {}
        for name, digest in digests.items():
            paths = files(name)
            if paths and listing.otherwise.isdisjoint(paths):
                kept[name] = digest
                for path in paths:
                    if path != f"prompts/{name}{_OWN}":
                        users.setdefault(path, []).append(name)
        self._facts.put(_SHELF, _KEY, [listing.index, kept, users])
