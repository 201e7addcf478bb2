"""Two closures compared by meaning: what is sent to the model, in the words of a prompt file, and the change class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.core.diffs.message_diff import MessageChange, message_changes, pieces_to_list, written_messages
from promptctl.core.diffs.text_diff import Piece, word_diff
from promptctl.core.diffs.value_diff import ValueChange, value_changes
from promptctl.core.prompts.canonical import canonical, digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.contract import ContractChange, change_class
from promptctl.core.prompts.prompt import MISSING

VALUE_SECTIONS = ("model", "parameters", "inputs", "output", "tools", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialChange:
    """A partial, by the name as written, that came, went or changed."""

    name: str
    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDiff:
    """``values`` holds the changes of each of VALUE_SECTIONS, paths without the section's name, in that order."""

    old_digest: str
    new_digest: str
    contract: ContractChange
    values: Mapping[str, tuple[ValueChange, ...]]
    messages: tuple[MessageChange, ...]
    partials: tuple[PartialChange, ...]

    @property
    def differs(self) -> bool:
        """Whether anything that is sent to a model differs."""
        return self.old_digest != self.new_digest

    def to_dict(self) -> dict[str, Any]:
        """Plain data for programs; every section is there, empty where nothing changed."""
        return {
            "change": self.contract.change,
            "reasons": [
                {"field": reason.field, "message": reason.message, "change": reason.change}
                for reason in self.contract.reasons
            ],
            **{name: [change.to_dict() for change in changes] for name, changes in self.values.items()},
            "messages": [change.to_dict() for change in self.messages],
            "partials": [
                {"name": change.name, "kind": change.kind, "text": pieces_to_list(change.pieces)}
                for change in self.partials
            ],
        }


def prompt_diff(old: Closure, new: Closure) -> PromptDiff:
    """Everything that differs between two closures; what only people read is left out, as in their digests."""
    before, after = canonical(old), canonical(new)
    return PromptDiff(
        old_digest=digest(old),
        new_digest=digest(new),
        contract=change_class(old, new),
        values={name: _section(name, before, after) for name in VALUE_SECTIONS},
        messages=message_changes(written_messages(old.prompt.messages), written_messages(new.prompt.messages)),
        partials=tuple(_partial_changes(before.get("partials", {}), after.get("partials", {}))),
    )


def _section(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[ValueChange, ...]:
    if name in ("model", "output"):
        return value_changes(old.get(name, MISSING), new.get(name, MISSING))
    return value_changes(_by_name(old.get(name, {})), _by_name(new.get(name, {})))


def _by_name(found: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    if isinstance(found, Mapping):
        return found
    return {item["name"]: {key: value for key, value in item.items() if key != "name"} for item in found}


def _partial_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[PartialChange]:
    for name in sorted({*old, *new}):
        before, after = old.get(name, ""), new.get(name, "")
        if name not in old or name not in new or before != after:
            kind = "added" if name not in old else "removed" if name not in new else "changed"
            yield PartialChange(name=name, kind=kind, pieces=word_diff(before, after))
