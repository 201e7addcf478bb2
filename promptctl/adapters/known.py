"""What earlier commands found out about files, each fact with the contents that it was found in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from promptctl.adapters.facts import Facts
from promptctl.core.files.document import Document, UnreadDocument
from promptctl.errors import UsageError

Value = TypeVar("Value")

_LARGE = 256 * 1024
_SETTLED = 2_000_000_000
"""Nanoseconds, more than the steps of any file system's clock."""


class KnownDigests:
    """A text a prompt: its digest, or what else follows from its files.

    ``content`` names the content of a file now, None for one that is not there.
    """

    def __init__(self, facts: Facts, content: Callable[[str], str | None], shelf: str = "digests") -> None:
        self._facts, self._content, self._shelf = facts, content, shelf

    def digest(self, name: str) -> str | None:
        """The digest of a prompt all of whose files are as they were, None when that is not known."""
        fact = self._facts.get(self._shelf, name)
        if not _is_record(fact):
            return None
        digest, contents = fact
        try:
            holds = all(self._content(path) == found for path, found in contents.items())
        except UsageError:
            return None
        return digest if holds else None

    def files(self, name: str) -> list[str]:
        """The files that a text was found in."""
        fact = self._facts.get(self._shelf, name)
        return list(fact[1]) if _is_record(fact) else []

    def keep(self, name: str, digest: str, paths: Iterable[str]) -> None:
        """Notes a digest and the files that it was found in; one that is not there counts too."""
        self.note(name, digest, self.contents(paths))

    def contents(self, paths: Iterable[str]) -> dict[str, str | None]:
        """What names the contents of files now."""
        return {path: self._content(path) for path in sorted(paths)}

    def note(self, name: str, digest: str, contents: Mapping[str, str | None]) -> None:
        """Notes a digest that was found in these contents."""
        self._facts.put(self._shelf, name, [digest, contents])


class CommitDigests:
    """The digests that prompts have at one commit, where nothing changes any more; ``known`` are those of prompts in
    the work tree, for where the commit has the same files."""

    def __init__(self, facts: Facts, commit: str, known: KnownDigests) -> None:
        self._facts, self._commit, self._known = facts, commit, known

    def digest(self, name: str) -> str | None:
        """The digest of a prompt, None when it is not known."""
        found = self._facts.get("releases", f"{self._commit}:{name}")
        return found if isinstance(found, str) else self._known.digest(name)

    def files(self, name: str) -> list[str]:
        """None: a commit's files need no looking after."""
        return []

    def keep(self, name: str, digest: str, paths: Iterable[str]) -> None:
        """Notes a digest."""
        self._facts.put("releases", f"{self._commit}:{name}", digest)


class KnownFiles:
    """Facts about single files, by kind and content. ``content`` names the content of a file now, None for none."""

    def __init__(self, facts: Facts, content: Callable[[str], str | None]) -> None:
        self._facts, self.content = facts, content

    def get(self, kind: str, path: str, part: str = "") -> Any:
        """The fact of a kind about the file at a path as it is now, or about a part of it; None when there is none."""
        content = self.content(path)
        return self._facts.get(kind, content + part) if content else None

    def by_name(self, shelf: str) -> KnownDigests:
        """A shelf of texts by prompt, each about the files that it was found in."""
        return KnownDigests(self._facts, self.content, shelf)

    def once(self, kind: str, path: str, make: Callable[[], Value]) -> Value:
        """What ``make`` gives for the file at a path, made once for all trees that have the same there."""
        content = self.content(path)
        if content is None:
            return make()
        values = self._facts.values
        if (kind, content) not in values:
            values[kind, content] = make()
        found: Value = values[kind, content]
        return found

    def noted(self, kind: str, path: str, find: Callable[[], Any]) -> Any:
        """What ``find`` gives for the file at a path: plain data, known once it was found for this content."""
        fact = self.get(kind, path)
        if fact is None:
            fact = find()
            self.keep(kind, path, fact)
        return fact

    def judged(self, kind: str, path: str, parse: Callable[[str | None], Value]) -> Value:
        """What ``parse`` makes of a file that was read.

        It is given ``kind`` where earlier commands found no fault in this very content and need not look for any, else
        None.
        """
        if self.get(kind, path) is True:
            return parse(kind)
        found = parse(None)
        self.keep(kind, path, fact=True)
        return found

    def sound(
        self, kind: str, path: str, shown: str, read: Callable[[], Document], parse: Callable[[Document], Value]
    ) -> Value:
        """What ``parse`` makes of the file of a kind that ``read`` gives; ``shown`` is how messages call it.

        Once no fault was found in it, its value is known. Then it is read only for what is wrong with it here, such as
        another prompt's name, and for its places. Raises what ``read`` and ``parse`` raise.
        """
        value = self.get(kind, path)
        if isinstance(value, dict):
            return parse(UnreadDocument(shown, value, kind, read))
        document = read()
        found = parse(document)
        self.keep(kind, path, document.value)
        return found

    def keep(self, kind: str, path: str, fact: Any, part: str = "") -> None:
        """Notes a fact about the file at a path, which was read, or about a part of it."""
        content = self.content(path)
        if content:
            self._facts.put(kind, content + part, fact)


class KnownContents:
    """What names the contents of large files, by what the file system says of them: looking is quicker than reading.

    A file that was changed a moment ago may change again without a trace in its times: it is read.
    """

    def __init__(self, facts: Facts, root: Path) -> None:
        self.facts, self._root = facts, root

    def name(self, path: str, read: Callable[[], str]) -> str:
        """What ``read`` gives for the file at a path, known while nothing about the file has changed."""
        state = self._state(path)
        known = self.facts.get("contents", path) if state else None
        if isinstance(known, list) and known[:-1] == state:
            return str(known[-1])
        found = read()
        if state:
            self.facts.put("contents", path, [*state, found])
        return found

    def _state(self, path: str) -> list[int] | None:
        """Size, times and number of a file; None for one that is small or still warm."""
        try:
            found = os.lstat(self._root / path)
        except OSError:
            return None
        if found.st_size < _LARGE or time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _SETTLED:
            return None
        return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


NOTHING_KNOWN = KnownFiles(Facts(None), lambda _path: None)
"""For trees about which nothing is kept."""


def _is_record(fact: Any) -> bool:
    """Whether a fact has the form in which they are kept here."""
    shapes = [type(part) for part in fact] if isinstance(fact, list) else []
    return shapes == [str, dict] and fact[1] != {}
