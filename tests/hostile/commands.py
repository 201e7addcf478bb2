"""Runs one command line in this process as the program would, and says what a user would have had to suffer."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptctl.cli.app import main
from tests.hostile.load import load

EXITS = frozenset({0, 1, 2, 3, 4})
"""The documented exit codes; 70 is a bug, 130 an interrupt, anything else no answer at all."""

MOST_SECONDS = 5.0
_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]")
_ERROR = re.compile(r"^error\[(PC\d{3})\]: (.+)", re.MULTILINE)
"""May come after what a library says of its own when it runs out of memory."""
_PLACELESS = frozenset(
    "PC001 PC002 PC003 PC005 PC006 PC010 PC020 PC022 PC023 PC030 PC031 PC032 PC040 PC046 PC073 PC090 PC096 "
    "PC098".split()
)
"""Codes of errors about the call, or about a file as a whole."""

LOAD = ("load",)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How one command line ended; ``seconds`` are of the processor, child processes included."""

    line: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float


def usual(*, thorough: bool) -> tuple[tuple[str, ...], ...]:
    """What every piece of material is taken through."""
    few = (
        ("lint", "--json"),
        ("render", "p", "-i", "ticket=My order is late."),
        ("hash", "p", "--json"),
        ("diff", "q", "p"),
        LOAD,
    )
    more = (
        ("lint",),
        ("lint", "--format", "github"),
        ("render", "p", "--json", "-i", "ticket=x"),
        ("diff", "p", "q", "--format", "markdown"),
        ("diff", "q", "p", "--rendered", "--json"),
        ("show", "p"),
        ("hash", "c"),
        ("deps", "p"),
        ("list",),
        ("list", "--json"),
    )
    return few + more if thorough else few


def run(line: tuple[str, ...], folder: Path) -> Ran:
    """Runs a command line with its standard streams caught below Python, where child processes write too."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(number, "w", closefd=False)) for number in (1, 2))
        started = sum(os.times()[:4])
        code = _code(line, folder)
        seconds = sum(os.times()[:4]) - started
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        texts = []
        for caught in (out, err):
            caught.seek(0)
            texts.append(caught.read(64 << 20).decode("utf-8", "replace"))
    return Ran(line=line, code=code, out=texts[0], err=texts[1], seconds=seconds)


def _code(line: tuple[str, ...], folder: Path) -> int:
    try:
        if line == LOAD:
            return int(load(folder) > 0)
        return main([*line[:1], "-C", str(folder), *line[1:]] if line else [])
    except BaseException:
        traceback.print_exc()
        return 70


def faults(ran: Ran, *, accepted: bool) -> Iterator[str]:
    """What is wrong with how a command ended."""
    if ran.code not in EXITS:
        yield f"exit {ran.code}: {ran.err[-1500:]}"
        return
    if "Traceback (most" in ran.err + ran.out:
        yield "a traceback"
    if ran.seconds > MOST_SECONDS:
        yield f"took {ran.seconds:.1f} s"
    if ran.code > 1:
        yield from _refusal_faults(ran)
    if accepted and _refuses(ran):
        yield f"a control was refused: {ran.code} {ran.out[:600]} {ran.err[:600]}"
    yield from _display_faults(ran)


def _refuses(ran: Ran) -> bool:
    """Whether sound material was not taken: an input that a control does not have is no refusal, nor is a warning."""
    if ran.line[0] != "lint":
        return ran.code > 0 and "PC020" not in ran.err + ran.out
    return ran.code > 1 or ("--json" in ran.line and '"level": "error"' in ran.out)


def _refusal_faults(ran: Ran) -> Iterator[str]:
    if "--json" in ran.line:
        try:
            error = json.loads(ran.out)["error"]
            code, message, where = error["code"], error["message"], error["where"]
        except (ValueError, KeyError) as fault:
            yield f"no JSON error: {fault!r} {ran.out[:200]} {ran.err[:300]}"
            return
    else:
        found = _ERROR.search(ran.err)
        if not found:
            yield f"no message: {ran.err[:300]!r}"
            return
        code, message, where = found[1], found[2], "\n  at " in ran.err[:5000]
    if not message.strip() or len(message) > 2000:
        yield f"a message of {len(message)} characters: {message[:80]!r}"
    if len(ran.err) > 100_000:
        yield f"{len(ran.err)} characters of errors"
    if not where and code not in _PLACELESS:
        yield f"no place: {code} {message[:200]}"


def _display_faults(ran: Ran) -> Iterator[str]:
    exact = ran.line[0] == "render" and "--json" not in ran.line
    for name, text in (("err", ran.err), *(() if exact else (("out", ran.out),))):
        if active := _ACTIVE.search(text):
            yield f"{active[0]!a} on std{name}"
    if "--json" in ran.line and ran.code <= 1 and not _is_ascii_json(ran.out):
        yield f"no JSON: {ran.out[:200]!r} {ran.err[:300]!r}"
    if "github" in ran.line:
        commands = [line for line in ran.out.splitlines() if line.startswith("::")]
        if strange := [line for line in commands if not re.match(r"::(error|warning|notice) file=[^:]*::", line)]:
            yield f"a workflow command: {strange[0][:100]!r}"


def _is_ascii_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict) and text.isascii()
    except ValueError:
        return False


def all_faults(
    lines: Sequence[tuple[str, ...]], folder: Path, *, accepted: bool
) -> Iterator[tuple[str, float, list[str]]]:
    """Each command's line, its seconds, and what was wrong. ``accepted``: sound material, which all must take."""
    for line in lines:
        ran = run(line, folder)
        expected = accepted and line in usual(thorough=True) and "--rendered" not in line
        yield " ".join(line)[:80], ran.seconds, list(faults(ran, accepted=expected))
