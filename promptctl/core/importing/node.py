"""A document of another tool while it is read: what nobody takes of it is named, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from promptctl.core.files.document import Document, Path, pointer
from promptctl.errors import DocumentError, Problem

DROPPED = "PC141"
"""The code of everything that cannot be carried over."""

UNFIT = "PC142"
"""The code of a file that is not what its format says."""

_NAMES = {dict: "a mapping", list: "a list", str: "a text", int: "a number", bool: "true or false"}


class Node:
    """One value of a document. Its children remember which of them were taken; ``dropped`` is shared by all of them."""

    def __init__(self, document: Document, path: Path = (), dropped: list[Problem] | None = None) -> None:
        self.document, self.path = document, path
        self.dropped: list[Problem] = [] if dropped is None else dropped
        self._taken: set[str] = set()

    @property
    def value(self) -> Any:
        found = self.document.value
        for step in self.path:
            found = found[step]
        return found

    def child(self, key: str | int) -> Node:
        return Node(self.document, (*self.path, key), self.dropped)

    def take(self, key: str, kind: type | tuple[type, ...] = object) -> Node | None:
        """A key of a mapping, None when it is not there or empty. Raises DocumentError when it holds another kind."""
        self._taken.add(key)
        if not isinstance(self.value, dict) or self.value.get(key) is None:
            return None
        return self.child(key).checked(kind)

    def text(self, key: str) -> str:
        """The text of a key, empty when it is not there."""
        found = self.take(key, str)
        return found.value if found else ""

    def items(self) -> list[Node]:
        """The items of a list; a value that is no list is its only item."""
        return [self.child(index) for index in range(len(self.value))] if isinstance(self.value, list) else [self]

    def untaken(self) -> list[tuple[str, Node]]:
        """The keys of a mapping that nothing took yet, which are taken by this."""
        found = [(key, self.child(key)) for key in self.checked(dict).value if key not in self._taken]
        self._taken |= {key for key, _ in found}
        return found

    def entries(self) -> Iterator[tuple[str, Node]]:
        """The keys of a mapping with their nodes, all taken."""
        for key in self.checked(dict).value:
            self._taken.add(key)
            yield key, self.child(key)

    def checked(self, kind: type | tuple[type, ...]) -> Node:
        """The node itself. Raises DocumentError when it holds another kind of value."""
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(self.value, kinds):
            wanted = " or ".join(_NAMES.get(found, found.__name__) for found in kinds)
            raise self.error(f"{self.spelled} must be {wanted}")
        return self

    @property
    def spelled(self) -> str:
        return f"`{pointer(self.path)}`" if self.path else "the file"

    def error(self, message: str, hint: str | None = None) -> DocumentError:
        """What makes the file unusable, at this place."""
        return self.document.error(UNFIT, message, self.path, hint)

    def drop(self, why: str, hint: str | None = None) -> None:
        """Names this value as one that is not carried over."""
        self.dropped.append(self.document.problem(DROPPED, f"{self.spelled} {why}", self.path, hint))

    def finish(self, why: str = "says nothing that promptctl knows") -> None:
        """Names every key that was not taken."""
        for _, item in self.untaken() if isinstance(self.value, dict) else ():
            item.drop(why)
