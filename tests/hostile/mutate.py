"""Mutants of seeds: the same number always gives the same files."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tests.hostile import seed
from tests.hostile.seed import Seed, made
from tests.hostile.seeds import all_seeds
from tests.hostile.sound import base_files

MOST_BYTES = 200_000
_TOKENS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ ticket }}",
    "{% endfor %}",
    "{% for a in range(9999) %}",
    "|join",
    "~",
    "**",
    "loop",
    "'",
    '"',
    "\\",
    "\n",
    "\r\n",
    "\t",
    "  ",
    "- ",
    ": ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    "&a ",
    "*a",
    "!x ",
    "!!int ",
    "<<: ",
    "|",
    ">",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "null",
    "~",
    "true",
    "no",
    ".nan",
    ".inf",
    "1e999",
    "-1",
    "0",
    "9" * 40,
    "0x",
    "''",
    '""',
    "\ufeff",
    "\0",
    "\x1b[2J",
    "\u202e",
    "\u2028",
    "\udcff",
    "\U0001f600",
    "$ref",
    "'#'",
    "sha256:",
    "1.0.0",
    "type: ",
    "default: ",
    "template: ",
    "inputs:\n",
    "messages:\n",
    "steps:\n",
    "expect:",
    "dataset: ",
    "NaN",
    "Infinity",
    "../",
    "/",
    "prompts/",
    ".j2",
    "{% include 'shared/tone.j2' %}",
    "__class__",
    "<<<<<<< HEAD\n",
    "=======\n",
    "=",
    "[[x]]\n",
    "\\ud800",
    "\\u0000",
    "(a+)+$",
    "::error::",
]
_OPENERS = ["[", "{a: ", "- ", "{{ [", "(", '{"a":', "{% if 1 %}", "  "]
_FILES = (
    *(seed.PROMPT,) * 8,
    *(seed.PARTIAL,) * 2,
    *(seed.SUITE,) * 4,
    seed.ROWS,
    seed.TABLE,
    *(seed.SETTINGS,) * 2,
    *(seed.LOCK,) * 2,
    seed.POINTER,
    seed.MOVES,
    seed.FREEZE,
    seed.EVIDENCE,
    seed.REPLIES,
    "prompts/c/prompt.yaml",
)


def mutant(mutations: int, number: int) -> Seed:
    """The mutant of a number: one or two files of the sound repository, or of a seed, changed one to five times."""
    chance = random.Random(f"{mutations}:{number}")
    files = dict(base_files())
    parent = "base"
    if chance.random() < 0.6:
        found = chance.choice(_small_seeds())
        parent = found.name
        files |= _contents(found)
    chosen = [path for path in files if path not in base_files() or files[path] != base_files()[path]]
    for _ in range(chance.choice((1, 1, 2))):
        path = chance.choice(chosen) if chosen and chance.random() < 0.8 else chance.choice(_FILES)
        files[path] = _changed(chance, files.get(path, b""))
    return Seed(name=f"mutant {mutations}:{number} of {parent}", files=files)


def _contents(found: Seed) -> dict[str, bytes]:
    return {path: data for path, content in found.files.items() if (data := made(content)) is not None}


_kept: list[Seed] = []


def _small_seeds() -> Sequence[Seed]:
    """Seeds of plain files that are written out, and not too long to be run often."""
    if not _kept:
        for found in all_seeds():
            sizes = [len(content) for content in found.files.values() if isinstance(content, str | bytes)]
            if not found.special and sizes and len(sizes) == len(found.files) < 20 and sum(sizes) < MOST_BYTES:
                _kept.append(found)
    return _kept


def _changed(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.randint(1, 5)):
        data = chance.choice(CHANGES)(chance, data)[:MOST_BYTES]
    return data


def _span(chance: random.Random, data: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.choice((1, 2, 4, 8, 16, 64, 256)))


def _flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randint(0, len(data))]


def _drop(chance: random.Random, data: bytes) -> bytes:
    start, end = _span(chance, data)
    return data[:start] + data[end:]


def _double(chance: random.Random, data: bytes) -> bytes:
    start, end = _span(chance, data)
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 10, 500)) + data[end:]


def _splice(chance: random.Random, data: bytes) -> bytes:
    """A part of another file of any kind put into this one."""
    other = chance.choice(list(_contents(chance.choice(_small_seeds())).values()))
    start, end = _span(chance, other)
    place, until = _span(chance, data)
    return data[:place] + other[start : max(end, start + chance.randint(0, 2000))] + data[until:]


def _token(chance: random.Random, data: bytes) -> bytes:
    start, end = _span(chance, data)
    end = end if chance.random() < 0.3 else start
    return data[:start] + chance.choice(_TOKENS).encode("utf-8", "surrogateescape") + data[end:]


def _swap_lines(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def _repeat_line(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    return b"\n".join(lines[: place + 1] + [lines[place]] * chance.choice((1, 1, 3, 300)) + lines[place + 1 :])


def _indent(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    lines[place] = (
        chance.choice((b" ", b"  ", b"\t", b"- ")) + lines[place] if chance.random() < 0.6 else lines[place].lstrip()
    )
    return b"\n".join(lines)


def _nest(chance: random.Random, data: bytes) -> bytes:
    start, _ = _span(chance, data)
    return data[:start] + chance.choice(_OPENERS).encode() * chance.choice((3, 40, 400, 4000)) + data[start:]


def _grow_number(chance: random.Random, data: bytes) -> bytes:
    digits = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data
    place = chance.choice(digits)
    number = chance.choice((b"0", b"-", b"9" * 5, b"9" * 20, b"9" * 5000, b"e9", b".5", b"\xd9\xa1"))
    return data[:place] + number + data[place:]


def _noise(chance: random.Random, data: bytes) -> bytes:
    start, end = _span(chance, data)
    return data[:start] + chance.randbytes(chance.randint(1, 40)) + data[end:]


CHANGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip,
    _cut,
    _drop,
    _double,
    _splice,
    _token,
    _token,
    _token,
    _swap_lines,
    _repeat_line,
    _indent,
    _nest,
    _grow_number,
    _noise,
)
