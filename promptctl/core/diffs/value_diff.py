"""Two JSON values compared: every place below them where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.files.document import Path, pointer
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.prompt import MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A value added, removed or changed at ``path``; a side without it holds MISSING."""

    path: str
    old: Any
    new: Any

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        return "added" if self.old is MISSING else "removed" if self.new is MISSING else "changed"

    def to_dict(self) -> dict[str, Any]:
        """``{path, kind, old, new}`` without the side that has no value."""
        sides = {"old": self.old, "new": self.new}
        return {"path": self.path, "kind": self.kind} | {
            side: value for side, value in sides.items() if value is not MISSING
        }


def value_changes(old: Any, new: Any) -> tuple[ValueChange, ...]:
    """Where two values differ: mappings key by key, everything else whole; a mere order of keys is no difference."""
    return () if old is new else tuple(_changes(old, new, ()))


def _changes(old: Any, new: Any, path: Path) -> Iterator[ValueChange]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _changes(old.get(key, MISSING), new.get(key, MISSING), (*path, key))
    elif old is MISSING or new is MISSING or compact_json(old) != compact_json(new):
        yield ValueChange(path=pointer(path), old=old, new=new)
