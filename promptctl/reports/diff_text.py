"""A diff of prompts for the terminal: lines of styled segments, words marked ``[-removed-]`` and ``{+added+}``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.diffs.diff import PromptDiff
from promptctl.core.diffs.message_diff import MessageChange
from promptctl.core.diffs.rendered_diff import CaseDiff
from promptctl.core.diffs.text_diff import Piece
from promptctl.core.files.yaml_text import flow
from promptctl.core.prompts.canonical import short
from promptctl.core.prompts.prompt import MISSING
from promptctl.reports.diff_lines import word_lines

Style = Literal["plain", "title", "dim", "removed", "added", "major", "minor", "none"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Text in one style."""

    text: str
    style: Style = "plain"


Line = tuple[Segment, ...]


def diff_lines(old: str, new: str, diff: PromptDiff, cases: Sequence[CaseDiff] | None = None) -> tuple[Line, ...]:
    """The whole diff of what is called ``old`` and ``new``; ``cases`` are shown when they were rendered."""
    if not diff.differs:
        same = f"{old} and {new} have the same digest, {short(diff.new_digest)}"
        return ((Segment(f"{same}: "), Segment("no change", "none")),)
    lines: list[Line] = [*_head(old, new, diff)]
    for section, changes in diff.values.items():
        if changes:
            lines.append((Segment(section, "title"),))
            lines += [_value(change.path, change.old, change.new) for change in changes]
    lines += _messages(diff.messages, "messages")
    if diff.partials:
        lines.append((Segment("partials", "title"),))
    for change in diff.partials:
        lines += [(Segment(f"  {change.name}"),), *_text(change.pieces, "    ")]
    return (*lines, *_cases(cases))


def _head(old: str, new: str, diff: PromptDiff) -> Iterator[Line]:
    change = diff.contract.change
    yield (Segment(f"{old} -> {new}  ", "title"), Segment(change, change))
    yield (Segment(f"{short(diff.old_digest)} -> {short(diff.new_digest)}", "dim"),)
    for reason in diff.contract.reasons:
        yield (Segment(f"  {reason.change}  ", reason.change), Segment(f"{reason.field}: {reason.message}"))


def _value(path: str, old: Any, new: Any) -> Line:
    name = Segment(f"  {path}: " if path else "  ")
    removed = () if old is MISSING else (_marked(Piece("removed", flow(old))),)
    added = () if new is MISSING else (_marked(Piece("added", flow(new))),)
    return (name, *removed, *added)


def _messages(changes: Sequence[MessageChange], title: str, indent: str = "") -> Iterator[Line]:
    if changes:
        yield (Segment(indent + title, "title"),)
    for change in changes:
        number = change.new if change.new is not None else change.old
        notes = [str(change.kind)] if change.kind != "changed" else []
        notes += [] if change.cache is None else [f"cache: {'true' if change.cache else 'false'}"]
        note = f" ({', '.join(notes)})" if notes else ""
        yield (Segment(f"{indent}  {change.role} [{number}]{note}"),)
        yield from _text(change.pieces, f"{indent}    ")


def _text(pieces: Sequence[Piece], indent: str) -> Iterator[Line]:
    for line in word_lines(pieces):
        if line is None:
            yield (Segment(f"{indent}…", "dim"),)
        else:
            yield (Segment(indent), *(_marked(piece) for piece in line))


def _marked(piece: Piece) -> Segment:
    if piece.kind == "same":
        return Segment(piece.text)
    return Segment(f"[-{piece.text}-]" if piece.kind == "removed" else f"{{+{piece.text}+}}", piece.kind)


def _cases(cases: Sequence[CaseDiff] | None) -> Iterator[Line]:
    if cases is None:
        return
    yield (Segment("rendered cases", "title"),)
    for case in cases:
        if not case.same:
            yield from _messages(case.messages, case.name, "  ") if case.messages else _faults(case)
    same = sum(case.same for case in cases)
    if same:
        yield (Segment(f"  {same} of {len(cases)} send the same", "dim"),)


def _faults(case: CaseDiff) -> Iterator[Line]:
    yield (Segment(f"  {case.name}", "title"),)
    for side, fault in (("old", case.old_fault), ("new", case.new_fault)):
        if fault is not None:
            yield (Segment(f"    the {side} side sends nothing: {fault}"),)
