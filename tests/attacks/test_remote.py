"""A tag that was rewritten on the remote is told by the very next command; the whole table is kept as it is."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.attacks.remote import ASKING, ATTACKS, CLONES, READING, row, table
from tests.golden import FOLDER, golden

KEPT = "attacks/remote-tags.txt"


@pytest.mark.parametrize("attack", ["deleted", "made anew, same content"])
def test_what_this_clone_had_is_missed(attack: str, tmp_path: Path) -> None:
    found = row(attack, "had it", tmp_path, ["promote", "status", "verify", "render"])
    assert found == {"promote": "0!", "status": "0!", "verify": "1!", "render": "0!"}


def test_nothing_is_silent_that_relies_on_the_tag() -> None:
    """By the table that is kept: what says neither anything of the tag nor that it cannot know."""
    lines = (FOLDER / KEPT).read_text().splitlines()[1:]
    silent = {
        line[:42].strip(): [
            name for name, cell in zip([*ASKING, *READING], line[42:].split(), strict=True) if cell in "01"
        ]
        for line in lines
    }
    had = [names for row, names in silent.items() if row.endswith("/ had it") and "foreign" not in row]
    assert [name for names in had for name in names if name != "release"] == [], "release pushes what is gone"
    relying = {"fetch", "promote", "approve", "rollout start", "drift", "verify", "render", "plan", "bundle"}
    forged = {row: names for row, names in silent.items() if not row.startswith(("made anew", "foreign"))}
    assert {row: names for row, names in forged.items() if relying & set(names)} == {}


@pytest.mark.long
def test_every_attack_every_clone_every_command(tmp_path: Path) -> None:
    rows = {
        (attack, clone): row(attack, clone, tmp_path / f"{attack} {clone}")
        for attack, clone in product(ATTACKS, CLONES)
    }
    golden(KEPT, table(rows))
