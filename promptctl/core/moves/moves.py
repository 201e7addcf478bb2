"""Moves: every change of a pointer, chained by hash; what is live and what was is a fold over them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import compact_json
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import Version, version
from promptctl.errors import DocumentError, Place, Problem

MALFORMED = "PC017"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One line of a moves file. ``served`` is None for a remove; ``source`` is what served the version before.

    ``evidence`` names what the gate saw; ``notes`` are what a reader should know: no baseline, a downgrade. ``split``
    is what a move did to a split: its kind, id, the action, and the digest of the split as it left it (None: ended).
    """

    serial: int
    at: str
    kind: str
    served: Served | None
    by: str
    source: str | None = None
    reason: str | None = None
    approvals: tuple[str, ...] = ()
    evidence: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    split: Mapping[str, Any] | None = None

    def brought(self, digest: str) -> bool:
        """Whether from this move on somebody was served this digest, by the pointer or as an arm of a split."""
        served = self.served.digest if self.served else None
        if self.kind != "split" or self.split is None:
            return served == digest
        percents = self.split.get("percents", {})
        arms = [arm for name, arm in self.split.get("arms", {}).items() if percents.get(name)]
        return digest != served and any(arm["digest"] == digest for arm in arms)

    def to_dict(self, chain: str | None) -> dict[str, Any]:
        """The line's content; ``chain`` is the hash of the line before."""
        return {
            "serial": self.serial,
            "at": self.at,
            "kind": self.kind,
            "version": str(self.served.version) if self.served else None,
            "digest": self.served.digest if self.served else None,
            "by": self.by,
            "from": self.source,
            "reason": self.reason,
            "approvals": list(self.approvals),
            "evidence": self.evidence,
            "notes": list(self.notes),
            "split": self.split,
            "chain": chain,
        }


@dataclass(frozen=True, slots=True)
class Moves:
    """All moves of one pointer, oldest first, with the exact text they were read from."""

    entries: tuple[Move, ...] = ()
    text: str = ""

    @property
    def serial(self) -> int:
        """The serial of the last move, 0 before the first."""
        return self.entries[-1].serial if self.entries else 0

    @property
    def split(self) -> Mapping[str, Any] | None:
        """What the last move says of the split that it left under way; None where there is none."""
        last = self.entries[-1] if self.entries else None
        return last.split if last and last.split and last.split["digest"] else None

    @property
    def placed(self) -> tuple[Move, ...]:
        """The moves that said what is served; those that share out a split's traffic say nothing of it."""
        return tuple(move for move in self.entries if move.kind != "split")

    def append(self, move: Move) -> Moves:
        """These moves and one more, chained to the last line."""
        line = compact_json(move.to_dict(line_hash(self.text)))
        return Moves((*self.entries, move), self.text + line + "\n")

    def stack(self) -> tuple[Served | None, ...]:
        """What a rollback can go back to, the live one last: each promotion adds, each rollback takes away.

        None stands for "not served" after a remove. A rollback to a version below the top cuts down to it; to one
        that was taken away before, it adds that version again; to the live one (a repair), it changes nothing.
        """
        stack: list[Served | None] = []
        for move in self.placed:
            _take(stack, move)
        return tuple(stack)

    def was_live(self, wanted: Version) -> Served | None:
        """The served state of a version that was live at some time, or None."""
        return next((m.served for m in reversed(self.placed) if m.served and m.served.version == wanted), None)

    def is_above(self, wanted: Version) -> bool:
        """Whether a version is above all that was ever served here, by the pointer or as an arm of a split, and nobody
        took the prompt away since."""
        gone = any(move.served is None for move in self.placed[-1:])
        pointed = [move.served.version for move in self.placed if move.served]
        shared = [
            version(arm["version"]) for move in self.entries for arm in (move.split or {}).get("arms", {}).values()
        ]
        return not gone and all(known < wanted for known in (*pointed, *shared))

    def stands(self, served: Served) -> bool:
        """Whether a version was live here and was not rolled back from since it last was."""
        stack: list[Served | None] = []
        standing: set[Served | None] = set()
        for move in self.placed:
            standing.difference_update(_take(stack, move))
            standing.add(move.served)
        return served in standing


def _take(stack: list[Served | None], move: Move) -> list[Served | None]:
    """Takes one move into the stack; what it rolled back from."""
    live = stack[-1:]
    if move.kind != "rollback":
        stack.append(move.served)
        return []
    if [move.served] == live:
        return []
    below = stack[:-1]
    if move.served not in below:
        stack.append(move.served)
        return live
    keep = len(below) - below[::-1].index(move.served)
    gone = stack[keep:]
    del stack[keep:]
    return gone


def line_hash(text: str) -> str | None:
    """The hash of the last line of a moves file, or None for an empty one."""
    last = text.removesuffix("\n").rpartition("\n")[2]
    return "sha256:" + hashlib.sha256(last.encode()).hexdigest() if last else None


def parse_moves(text: str, file: str, *, sound: bool = False) -> Moves:
    """Every move of a file. Raises DocumentError when a line is malformed, out of order, or breaks the chain.

    ``sound``: the same text was found without a fault before.
    """
    if sound:
        return Moves(tuple(_move(json.loads(line)) for line in text.split("\n")[:-1]), text)
    entries: list[Move] = []
    chain: str | None = None
    *lines, rest = text.split("\n")
    if rest:
        raise _malformed("the last line is cut off", file, len(lines) + 1)
    for number, line in enumerate(lines, 1):
        value = _parsed(line, file, number)
        if value["chain"] != chain:
            raise _malformed("the chain of moves is broken: a line before this one was changed", file, number)
        if entries and value["serial"] <= entries[-1].serial:
            raise _malformed("serials must grow", file, number)
        entries.append(_move(value))
        chain = line_hash(line)
    return Moves(tuple(entries), text)


def last_move(text: str, file: str) -> Move | None:
    """The last move of a file, which says what is live; the lines above are not judged. Raises DocumentError."""
    if not text:
        return None
    *lines, rest = text.split("\n")
    if rest:
        raise _malformed("the last line is cut off", file, len(lines) + 1)
    return _move(_parsed(lines[-1], file, len(lines)))


def _parsed(line: str, file: str, number: int) -> Any:
    """The value of one line that has the shape of a move; a line with two spellings of a key is not one."""
    try:
        value = strict_json(line)
        spelled = compact_json(value)
    except (ValueError, RecursionError) as error:
        raise _malformed(f"not valid JSON: {error}", file, number) from None
    schema.check(Document(f"{file}:{number}", value, {}, line), "move")
    if spelled != line:
        raise _malformed("the line was not written by promptctl", file, number)
    names_release = {value["version"] is not None, value["digest"] is not None}
    if names_release != {value["kind"] != "remove"}:
        raise _malformed(f"a {value['kind']} with the version {value['version']}", file, number)
    if (value["kind"] == "split") != bool((value.get("split") or {}).get("digest")):
        raise _malformed(
            f"a {value['kind']} that leaves {'no' if value['kind'] == 'split' else 'a'} split", file, number
        )
    return value


def _malformed(message: str, file: str, line: int) -> DocumentError:
    return DocumentError((Problem(MALFORMED, message, Place(file, line), "promptctl drift"),))


def _move(value: Mapping[str, Any]) -> Move:
    served = Served(version(value["version"]), value["digest"]) if value["version"] and value["digest"] else None
    return Move(
        serial=value["serial"],
        at=value["at"],
        kind=value["kind"],
        served=served,
        by=value["by"],
        source=value["from"],
        reason=value["reason"],
        approvals=tuple(value.get("approvals", ())),
        evidence=value.get("evidence"),
        notes=tuple(value.get("notes", ())),
        split=value.get("split"),
    )
