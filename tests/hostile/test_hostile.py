"""A sample of the hostile material, mutants included; ``python -m tests.hostile`` takes all of it and thousands more.

A piece goes through lint, render, hash, diff and the library's own readers in a process of its own. Any traceback,
undocumented exit code, refusal without a place, active character on the screen or change on disk fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.commands import usual
from tests.hostile.examine import examine
from tests.hostile.mutate import mutant
from tests.hostile.seed import Seed
from tests.hostile.seeds import CATEGORIES, all_seeds, category_seeds
from tests.hostile.sound import base_files
from tests.support import build_files, promptctl

MUTANTS, SEED = 8, 7


def faults(piece: Seed, folder: Path) -> list[str]:
    return [
        fault
        for fault in examine(piece, base_files(), usual(thorough=False), folder / "r").faults
        if " took " not in fault
    ]


def test_every_category_has_material_and_every_seed_a_name_of_its_own() -> None:
    names = [seed.name for seed in all_seeds()]
    assert len(set(names)) == len(names) > 2000
    assert all(len(category_seeds(category)) >= 4 for category in CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_seed_of_each_category(category: str, tmp_path: Path) -> None:
    seeds = [seed for seed in category_seeds(category) if all(isinstance(found, str) for found in seed.files.values())]
    assert faults((seeds or category_seeds(category))[len(seeds) // 2], tmp_path) == []


@pytest.mark.parametrize("seed", category_seeds("regressions"), ids=lambda seed: seed.name)
def test_what_once_got_through(seed: Seed, tmp_path: Path) -> None:
    assert faults(seed, tmp_path) == []


@pytest.mark.parametrize("number", range(MUTANTS))
def test_mutants(number: int, tmp_path: Path) -> None:
    assert faults(mutant(SEED, number), tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("number", range(300))
def test_mutants_through_the_real_program(number: int, tmp_path: Path) -> None:
    build_files(tmp_path, {".git/HEAD": "ref: refs/heads/main\n"})
    mutant(SEED, number).lay(tmp_path, base_files())
    for line in (("lint",), ("render", "p", "-i", "ticket=My order is late.")):
        ran = promptctl(*line, cwd=tmp_path)
        assert ran.code in (0, 1, 2, 3, 4), ran
        assert "Traceback" not in ran.err + ran.out
