"""Ten thousand units through changes of shares, for ``spec/assign``: ``python -m tests.assign_vectors`` writes them."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from promptctl.core.splits.assignment import position
from promptctl.core.splits.ranges import Ranges, shared
from promptctl.core.splits.split import WHOLE

FILE = Path(__file__).parents[1] / "spec" / "assign" / "changes.json"
UNITS_EACH = 1000
ODD = ("", " ", "|", "a|b", "\n", "\0", '"', "\\", "ß", "日本", "👩\u200d👩\u200d👧")
WRITTEN = {
    "triage-1.3.0": ("a 95 b 5", "a 75 b 25", "a 50 b 50", "b 100"),
    "rolled-back": ("a 99 b 1", "a 90 b 10", "a 100"),
    "third-arm": ("a 50 b 50", "a 33.33 b 33.33 c 33.34", "a 50 b 50"),
    "turned-round": ("a 40 b 30 c 20 d 10", "a 10 b 20 c 30 d 40", "a 25 b 25 c 25 d 25"),
    "hundredths": ("a 99.99 b 0.01", "a 99.98 b 0.01 c 0.01", "a 0.01 b 99.99"),
    "none-stays": ("a 60 b 40", "c 60 d 40", "a 60 b 40"),
}
"""Shares of arms after each change, by the split's salt; others are drawn."""


def made() -> list[dict[str, Any]]:
    """One entry for each split: its salt, the arms after each change, and 1,000 units with place and arms."""
    chances = Random(6)
    drawn = {f"drawn-{number}": tuple(_drawn(chances) for _ in range(4)) for number in range(10 - len(WRITTEN))}
    return [_split(salt, changes) for salt, changes in (WRITTEN | drawn).items()]


def _drawn(chances: Random) -> str:
    names = sorted(chances.sample("abcdef", chances.randint(1, 6)))
    cuts = (0, *sorted(chances.sample(range(1, WHOLE), len(names) - 1)), WHOLE)
    return " ".join(
        f"{name} {Decimal(end - start) / 100}" for name, (start, end) in zip(names, pairwise(cuts), strict=True)
    )


def _split(salt: str, written: tuple[str, ...]) -> dict[str, Any]:
    arms: dict[str, Ranges] = {}
    changes = []
    for shares in written:
        words = shares.split()
        percents = dict(zip(words[::2], words[1::2], strict=True))
        arms = shared(list(arms.items()), {name: Decimal(share) for name, share in percents.items()})
        changes.append({"percents": percents, "ranges": {name: list(map(list, own)) for name, own in arms.items()}})
    units = [[unit, place := position(salt, unit), _arms(changes, place)] for unit in _units(salt)]
    return {"salt": salt, "changes": changes, "units": units}


def _arms(changes: list[dict[str, Any]], place: int) -> str:
    return "".join(
        name
        for change in changes
        for name, ranges in change["ranges"].items()
        for start, end in ranges
        if start <= place < end
    )


def _units(salt: str) -> Iterator[str]:
    """Names as applications have them: numbers, addresses, hashes, and what people are called anywhere."""
    yield from (*ODD, "é", unicodedata.normalize("NFD", "é"), "x" * 200)
    for number in range(UNITS_EACH - len(ODD) - 3):
        hashed = hashlib.sha256(f"{salt} {number}".encode()).hexdigest()
        yield (str(number), f"user-{number}", f"ada.{number}@example.org", hashed[:32], f"Zoë {number}")[number % 5]


def text() -> str:
    """The file: a line for each unit."""
    entries = []
    for split in made():
        units = ",\n".join(json.dumps(unit, ensure_ascii=False) for unit in split.pop("units"))
        changes = ",\n".join(json.dumps(change) for change in split.pop("changes"))
        entries.append(f'{{"salt": {json.dumps(split["salt"])}, "changes": [\n{changes}\n], "units": [\n{units}\n]}}')
    return "[" + ",\n".join(entries) + "]\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
