"""Hostile and malformed material of our own making, by what it attacks; and controls that must pass."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from tests.hostile.seed import Seed

CATEGORIES = (
    "controls encodings names versions filenames file_kinds yaml_syntax yaml_bombs shapes json_schemas includes "
    "template_escapes template_bombs template_syntax suites data_sets patterns display arguments settings locks "
    "pointers evidence replies line_ends regressions"
).split()


@cache
def all_seeds() -> tuple[Seed, ...]:
    """Every seed, category by category."""
    return tuple(seed for category in CATEGORIES for seed in category_seeds(category))


def category_seeds(category: str) -> tuple[Seed, ...]:
    """The seeds of one category."""
    found: tuple[Seed, ...] = import_module(f"tests.hostile.seeds.{category}").SEEDS
    return found
