"""Many values of one kind kept as bytes: a fraction of what they take as objects, and made again when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Generic, TypeVar, overload

MANY = 4_000
"""From how many values on the room counts that they take as objects."""

T = TypeVar("T")
Made = TypeVar("Made")


class Packed(Sequence[T]):
    """A sequence that never changes. Equal to any other sequence of equal values; parts of it share its bytes."""

    __slots__ = ("_items", "_unpack")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, items: Sequence[bytes], unpack: Callable[[bytes], T]) -> None:
        self._items, self._unpack = items, unpack

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return map(self._unpack, self._items)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Packed[T]: ...

    def __getitem__(self, place: int | slice) -> T | Packed[T]:
        if isinstance(place, slice):
            return Packed(self._items[place], self._unpack)
        return self._unpack(self._items[place])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        if isinstance(other, Packed) and (self._unpack, self._items) == (other._unpack, other._items):
            return True
        return len(self) == len(other) and all(own == its for own, its in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"Packed({list(self)!r})"

    def each(self, make: Callable[[T], Made]) -> Packed[Made]:
        """What is made of each value when it is asked for."""
        unpack = self._unpack
        return Packed(self._items, lambda item: make(unpack(item)))

    def changed(self, change: Callable[[T], T], pack: Callable[[T], bytes]) -> Packed[T]:
        """The values changed; those that stay as they are share their bytes."""

        def again(item: bytes) -> bytes:
            value = self._unpack(item)
            new = change(value)
            return item if new == value else pack(new)

        return Packed([again(item) for item in self._items], self._unpack)

    def those(self, wanted: Callable[[T], bool]) -> Packed[T]:
        """The values that are wanted, in their order."""
        return Packed([item for item in self._items if wanted(self._unpack(item))], self._unpack)

    def in_order(self, place: Callable[[T], Any]) -> Packed[T]:
        """The values sorted by their places."""
        return Packed(sorted(self._items, key=lambda item: place(self._unpack(item))), self._unpack)


def packed(values: Iterable[T], pack: Callable[[T], bytes], unpack: Callable[[bytes], T]) -> Sequence[T]:
    """The same values: packed where they are ``MANY``, since what is few is quicker as it is."""
    coming = iter(values)
    few = tuple(islice(coming, MANY))
    if len(few) < MANY:
        return few
    return Packed([pack(value) for value in chain(few, coming)], unpack)


class Places(Generic[T]):
    """As many places as values may come, filled in any order."""

    def __init__(self, count: int, pack: Callable[[T], bytes], unpack: Callable[[bytes], T]) -> None:
        self._values: list[Any] = [None] * count
        self._pack = pack if count >= MANY else None
        self._unpack = unpack
        self.filled = 0

    def put(self, place: int, value: T) -> None:
        """Fills a place that was empty."""
        self._values[place] = self._pack(value) if self._pack else value
        self.filled += 1

    @property
    def values(self) -> Sequence[T]:
        """What came, by its places."""
        came = [value for value in self._values if value is not None]
        return Packed(came, self._unpack) if self._pack else tuple(came)


def those(values: Sequence[T], wanted: Callable[[T], bool]) -> Sequence[T]:
    """The values that are wanted; of packed ones they stay packed."""
    if isinstance(values, Packed):
        return values.those(wanted)
    return tuple(value for value in values if wanted(value))


def in_order(values: Iterable[T], place: Callable[[T], Any]) -> Sequence[T]:
    """The values sorted by their places; packed ones stay packed."""
    return values.in_order(place) if isinstance(values, Packed) else tuple(sorted(values, key=place))
