"""A diff of prompts as Markdown, for a pull request: nothing in a prompt can leave its code block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from promptctl.core.diffs.diff import PromptDiff
from promptctl.core.diffs.message_diff import MessageChange
from promptctl.core.diffs.rendered_diff import CaseDiff
from promptctl.core.diffs.text_diff import Piece
from promptctl.core.diffs.value_diff import ValueChange
from promptctl.core.files.yaml_text import flow
from promptctl.core.prompts.canonical import short
from promptctl.core.prompts.contract import Reason
from promptctl.core.prompts.prompt import MISSING
from promptctl.core.safe_text import safe_text
from promptctl.reports.diff_lines import whole_lines


def diff_markdown(old: str, new: str, diff: PromptDiff, cases: Sequence[CaseDiff] | None = None) -> str:
    """The whole diff of what is called ``old`` and ``new``; ``cases`` are shown when they were rendered."""
    blocks = [f"### {code(old)} → {code(new)}: {diff.contract.change}"]
    if not diff.differs:
        return "\n\n".join([*blocks, f"Both have the digest {code(short(diff.new_digest))}."]) + "\n"
    blocks.append(f"{code(short(diff.old_digest))} → {code(short(diff.new_digest))}")
    blocks.append("\n".join(_reason(reason) for reason in diff.contract.reasons))
    blocks += _values(diff)
    blocks += _messages(diff.messages, "####")
    for change in diff.partials:
        blocks += [f"#### partial {code(change.name)} ({change.kind})", _fenced(change.pieces)]
    return "\n\n".join([*blocks, *_cases(cases)]) + "\n"


def code(text: str) -> str:
    """A code span that ends where ``text`` ends, whatever it holds; a line end becomes a space."""
    shown = safe_text(text).replace("\n", " ").replace("\t", " ")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _reason(reason: Reason) -> str:
    words = reason.message.replace("`", "")
    return f"- **{reason.change}** {code(f'{reason.field}: {words}')}"


def _values(diff: PromptDiff) -> Iterator[str]:
    rows = [_row(section, change) for section, changes in diff.values.items() for change in changes]
    if rows:
        yield "\n".join(["| field | before | after |", "|---|---|---|", *rows])


def _row(section: str, change: ValueChange) -> str:
    sides = ["" if value is MISSING else code(flow(value)) for value in (change.old, change.new)]
    cells = [code(f"{section}.{change.path}" if change.path else section), *sides]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _messages(changes: Sequence[MessageChange], level: str) -> Iterator[str]:
    for change in changes:
        number = change.new if change.new is not None else change.old
        cache = "" if change.cache is None else f", cache: {'true' if change.cache else 'false'}"
        yield f"{level} {change.role} [{number}] ({change.kind}{cache})"
        if change.pieces:
            yield _fenced(change.pieces)


def _fenced(pieces: Sequence[Piece]) -> str:
    lines = ["  …" if line is None else f"{line[0]}{safe_text(line[1])}" for line in whole_lines(pieces)]
    runs = [len(run) for line in lines for run in re.findall("`{3,}", line)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return "\n".join([f"{fence}diff", *lines, fence])


def _cases(cases: Sequence[CaseDiff] | None) -> Iterator[str]:
    if cases is None:
        return
    same = sum(case.same for case in cases)
    yield f"#### rendered cases: {same} of {len(cases)} send the same"
    for case in cases:
        if not case.same:
            yield f"##### {code(case.name)}"
            yield from _messages(case.messages, "######")
            for side, fault in (("old", case.old_fault), ("new", case.new_fault)):
                if fault is not None:
                    yield f"The {side} side sends nothing: {code(fault)}"
