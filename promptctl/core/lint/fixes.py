"""What in a prompt file can be repaired without changing what it means, and how it is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from promptctl.core.lint.ignore import Ignore
from promptctl.core.lint.ignores import MARK
from promptctl.core.lint.selection import CODES

NAMES, LISTS = "formerly", ("tags", "formerly")


def superfluous_items(value: Any, prompts: Collection[str]) -> Iterator[tuple[str, int, str]]:
    """Items of lists at the top that say nothing: repeated ones, and former names that are a prompt's own.

    Gives the list's key, the item's index and what is said of it, the last items first.
    """
    for key in LISTS:
        items = value.get(key) if isinstance(value, dict) else None
        if not isinstance(items, list):
            continue
        for index in range(len(items) - 1, -1, -1):
            item = items[index]
            if not isinstance(item, str):
                continue
            if item in items[:index]:
                yield key, index, f"took out `{item}`, which stood in `{key}` before"
            elif key == NAMES and item in prompts:
                yield key, index, f"took out the former name `{item}`, which is a prompt"


def without_ignore(text: str, ignore: Ignore, unused: Collection[str]) -> str:
    """The text without the codes of a comment that have nothing to ignore; the comment goes when none is left."""
    gone = {code for code in unused if code in CODES}
    left = [code for code in ignore.codes if code not in gone]
    assert ignore.place.line
    assert ignore.place.column
    lines = text.split("\n")
    number, start = ignore.place.line - 1, ignore.place.column - 1
    before, comment = lines[number][:start], lines[number][start:]
    if left:
        begin = comment.index(MARK) + len(MARK)
        end = comment.index(ignore.codes[-1], begin) + len(ignore.codes[-1])
        lines[number] = f"{before}{comment[:begin]} {', '.join(left)}{comment[end:]}"
    else:
        kept = comment[: comment.index(MARK)].rstrip()
        lines[number] = (before + (kept if kept != "#" else "")).rstrip()
        if not lines[number]:
            del lines[number]
    return "\n".join(lines)
