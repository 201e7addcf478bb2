"""Every attack is refused by the readers that rely on what it forges; ``python -m tests.attacks`` shows all of them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.attacks.all import ATTACKS
from tests.attacks.attack import Attack
from tests.attacks.readers import READERS, outcomes

FEW = 2


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 25
    assert {reader for attack in ATTACKS for reader in attack.codes} <= READERS.keys()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_readers_refuse(attack: Attack, tmp_path: Path) -> None:
    readers = list(islice(dict.fromkeys(["drift", *sorted(attack.codes, reverse=True)]), FEW))
    assert [(reader, fault) for reader, _, fault in outcomes(attack, tmp_path, readers) if fault] == []


@pytest.mark.long
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_every_reader(attack: Attack, tmp_path: Path) -> None:
    assert [(reader, fault) for reader, _, fault in outcomes(attack, tmp_path, READERS) if fault] == []
