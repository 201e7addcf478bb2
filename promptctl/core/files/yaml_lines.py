"""Writes values as YAML, a line for what is short, several for what is not, as ``fmt`` lays them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from promptctl.core.files.yaml_text import block, flow

WIDTH = 100


def mapping_lines(value: Mapping[str, Any], indent: int = 0, spread: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a mapping; the keys in ``spread`` never stand on one line."""
    for key, item in value.items():
        yield from entry_lines(f"{' ' * indent}{flow(str(key))}:", item, indent, spread=key in spread)


def entry_lines(head: str, value: Any, indent: int, *, spread: bool = False) -> Iterator[str]:
    """A key or a dash with its value."""
    if isinstance(value, str):
        yield f"{head} {block(value, indent + 2)}"
    elif not isinstance(value, Mapping | list) or not value:
        yield f"{head} {flow(value)}"
    elif not spread and len(line := f"{head} {flow(value)}") <= WIDTH:
        yield line
    else:
        yield head
        yield from mapping_lines(value, indent + 2) if isinstance(value, Mapping) else _list_lines(value, indent + 2)


def _list_lines(values: Sequence[Any], indent: int) -> Iterator[str]:
    """Each item after a dash; the first line of one that takes several stands beside it."""
    for value in values:
        nested = isinstance(value, Mapping | list) and bool(value)
        if not nested or (isinstance(value, list) and len(f"{' ' * indent}- {flow(value)}") <= WIDTH):
            yield from entry_lines(f"{' ' * indent}-", value, indent)
            continue
        lines = mapping_lines(value, indent + 2) if isinstance(value, Mapping) else _list_lines(value, indent + 2)
        first, *rest = lines
        yield f"{' ' * indent}- {first.lstrip(' ')}"
        yield from rest
