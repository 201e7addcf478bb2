"""Two lists of messages compared: messages are paired by role and order, their texts word by word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.diffs.matching import matched
from promptctl.core.diffs.text_diff import Piece, word_diff
from promptctl.core.prompts.prompt import Message, Placeholder


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message as readers compare it: its role, its text with images named, and whether it ends a cached prefix.

    ``exact`` is the JSON of one that is more than a role and a text: messages that read alike may be sent otherwise.
    """

    role: str
    text: str
    cache: bool = False
    exact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChange:
    """One message added, removed or changed; indexes count from 0, None on the side that lacks it.

    ``cache`` is the new mark of a message whose mark changed, else None.
    """

    role: str
    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]
    cache: bool | None = None

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    def to_dict(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "kind": self.kind,
            "old": self.old,
            "new": self.new,
            "text": pieces_to_list(self.pieces),
        } | ({} if self.cache is None else {"cache": self.cache})


def pieces_to_list(pieces: Sequence[Piece]) -> list[dict[str, str]]:
    """Pieces as plain data: ``[{kind, text}]``."""
    return [{"kind": piece.kind, "text": piece.text} for piece in pieces]


def written_messages(messages: Sequence[Message | Placeholder]) -> tuple[Spoken, ...]:
    """A prompt's messages as templates; a placeholder speaks as ``placeholder``."""
    return tuple(
        Spoken("placeholder", message.input)
        if isinstance(message, Placeholder)
        else _spoken({"role": message.role, "content": message.content, "cache": message.cache})
        for message in messages
    )


def sent_messages(messages: Sequence[Mapping[str, Any]]) -> tuple[Spoken, ...]:
    """Rendered messages."""
    return tuple(_spoken(found) for found in messages)


def _spoken(found: Mapping[str, Any]) -> Spoken:
    content = found["content"]
    more = {key: value for key, value in found.items() if key not in ("role", "content", "cache")}
    exact = (
        ""
        if isinstance(content, str) and not more
        else json.dumps({"content": content, **more}, ensure_ascii=False, sort_keys=True)
    )
    return Spoken(found["role"], _text(content), found.get("cache", False), exact)


def _text(content: Any) -> str:
    if not isinstance(content, list | tuple):
        return content if isinstance(content, str) else str(content)
    return "\n".join(_part(part) for part in content)


def _part(part: Any) -> str:
    if not isinstance(part, Mapping) or part.get("type") != "image_url":
        return str(part.get("text", part)) if isinstance(part, Mapping) else str(part)
    image = part.get("image_url")
    # The address, then the detail, however they are written.
    values = [image[key] for key in sorted(image, reverse=True)] if isinstance(image, Mapping) else [image]
    return f"[image {' '.join(str(value) for value in values)}]"


def message_changes(old: Sequence[Spoken], new: Sequence[Spoken]) -> tuple[MessageChange, ...]:
    """What happened to each message, in the order of the new list, removed ones where they stood."""
    found: list[MessageChange] = []
    for before, after in _pairs(old, new):
        if before is None or after is None:
            found.append(_lone(old, before, new, after))
        elif old[before] != new[after]:
            found.append(_changed(before, old[before], after, new[after]))
    return tuple(found)


def _lone(old: Sequence[Spoken], before: int | None, new: Sequence[Spoken], after: int | None) -> MessageChange:
    spoken = new[after] if after is not None else old[before or 0]
    kind: Literal["added", "removed"] = "removed" if after is None else "added"
    pieces = (Piece(kind, spoken.text),) if spoken.text else ()
    return MessageChange(role=spoken.role, old=before, new=after, pieces=pieces, cache=spoken.cache or None)


def _changed(before: int, old: Spoken, after: int, new: Spoken) -> MessageChange:
    cache = new.cache if new.cache != old.cache else None
    alike = old.text == new.text and old.exact != new.exact
    texts = (old.exact or old.text, new.exact or new.text) if alike else (old.text, new.text)
    return MessageChange(role=new.role, old=before, new=after, pieces=word_diff(*texts), cache=cache)


def _pairs(old: Sequence[Spoken], new: Sequence[Spoken]) -> Iterator[tuple[int | None, int | None]]:
    """Equal messages are anchors; between them, messages of one role belong together in order."""
    for before, after in matched(old, new):
        roles, new_roles = [old[index].role for index in before], [new[index].role for index in after]
        for some, others in matched(roles, new_roles):
            mine, theirs = before[some.start : some.stop], after[others.start : others.stop]
            if [old[index].role for index in mine] == [new[index].role for index in theirs]:
                yield from zip(mine, theirs, strict=True)
            else:
                yield from ((index, None) for index in mine)
                yield from ((None, index) for index in theirs)
