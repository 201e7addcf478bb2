"""Small edits of YAML text that leave everything else as it is written."""

from __future__ import annotations

from collections.abc import Sequence

from promptctl.core.yaml_token import Token


def without_item(text: str, tokens: Sequence[Token], key: str, index: int) -> str | None:
    """The text without one item of the list of scalars under a key at the top.

    None where a comment would go with it, or where no such item is found.
    """
    positions = _items(tokens, key)
    if index >= len(positions):
        return None
    position = positions[index]
    item, before, after = tokens[position], tokens[position - 1], tokens[position + 1]
    if before.kind == "entry":
        start = text.rfind("\n", 0, before.start.index) + 1
        end = text.find("\n", item.end.index) + 1 or len(text)
    elif before.kind == "comma" and after.kind != "comma":
        start, end = before.start.index, item.end.index
    else:
        start, end = item.start.index, tokens[position + 2].start.index if after.kind == "comma" else item.end.index
    beside = text[start : item.start.index] + text[item.end.index : end]
    return None if beside.strip().strip("-, \n") else text[:start] + text[end:]


def _items(tokens: Sequence[Token], key: str) -> list[int]:
    """The positions of the scalars in the list under a key at the top; none when it holds anything else."""
    start = depth = 0
    found: list[int] = []
    for position, token in enumerate(tokens):
        if token.kind == "key" and depth == 1:
            if start:
                break
            start = position if tokens[position + 1].value == key else 0
        elif start and token.kind == "scalar" and position > start + 1:
            found.append(position)
        depth += (token.kind in ("open", "map", "seq")) - (token.kind in ("close", "end"))
    return found
