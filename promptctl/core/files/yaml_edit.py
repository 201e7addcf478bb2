"""Small edits of YAML text that leave everything else as it is written."""

from __future__ import annotations

from collections.abc import Sequence

from promptctl.core.files.yaml_token import Token


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


def with_item(text: str, tokens: Sequence[Token], key: str, lines: Sequence[str]) -> str | None:
    """The text with one more item in the block list under a key at the top, behind the others and their comments.

    ``lines`` spell the item with its dash, without indentation. None where there is no such list.
    """
    entries = _entries(tokens, key)
    if not entries:
        return None
    first, last = entries
    end = text.find("\n", len(text[: last.end.index].rstrip()))
    head, rest = (text + "\n", "") if end < 0 else (text[: end + 1], text[end + 1 :])
    indent = " " * first.start.column
    return head + "".join(f"{indent}{line}\n" if line else "\n" for line in lines) + rest


def _entries(tokens: Sequence[Token], key: str) -> tuple[Token, Token] | None:
    """The first dash of the block list under a key at the top, and the last token of its last item."""
    start = _value_of(tokens, key)
    # A list that is not indented below its key has no token that opens it.
    if start is None or tokens[start].kind not in ("seq", "entry"):
        return None
    base = level = int(tokens[start].kind == "seq")
    first = last = tokens[start + base]
    for token in tokens[start + 1 :]:
        level += (token.kind in ("open", "map", "seq")) - (token.kind in ("close", "end"))
        if level < base or (token.kind == "key" and level == base):
            break
        last = last if token.kind == "end" else token
    return first, last


def _value_of(tokens: Sequence[Token], key: str) -> int | None:
    """Where the value of a key at the top begins."""
    depth = 0
    for position, token in enumerate(tokens):
        if token.kind == "key" and depth == 1 and tokens[position + 1].value == key:
            return position + 3
        depth += (token.kind in ("open", "map", "seq")) - (token.kind in ("close", "end"))
    return None
