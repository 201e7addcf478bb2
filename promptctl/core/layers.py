"""Several mappings looked at as one, none of them copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

V = TypeVar("V")


class Layers(Mapping[str, V]):
    """What the first of some mappings has under a name, else the next."""

    def __init__(self, layers: Sequence[Mapping[str, V]]) -> None:
        self._layers = layers

    def __getitem__(self, name: str) -> V:
        for layer in self._layers:
            found = layer.get(name)
            if found is not None:
                return found
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        for number, layer in enumerate(self._layers):
            yield from (name for name in layer if not any(name in before for before in self._layers[:number]))

    def __len__(self) -> int:
        return sum(1 for _ in self)
