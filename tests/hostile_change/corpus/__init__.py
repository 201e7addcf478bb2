"""The corpus: changes by what they try, each category a file or two lines of one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tests.hostile_change.change import Change
from tests.hostile_change.corpus import bombs, planted, policy, records, texts, trees, verdicts

CATEGORIES: dict[str, tuple[Change, ...]] = {
    "suites": verdicts.SUITES,
    "suites alone": verdicts.ALONE,
    "scorers": verdicts.SCORERS,
    "answers": verdicts.RECORDS,
    "policy": policy.POLICY,
    "settings": policy.UNREADABLE,
    "rules of the host": policy.OTHERS,
    "texts": texts.TEXTS,
    "links": trees.LINKS,
    "submodules": trees.SUBMODULES,
    "git": trees.GIT,
    "twins": trees.TWINS,
    "bombs": bombs.SMALL,
    "locks": records.LOCKS,
    "state": records.STATE,
    "tags": records.TAGS,
    "planted": planted.PLANTED,
}


@cache
def named() -> dict[str, Change]:
    """Every small change by its category and name."""
    return {f"{category}: {change.name}": change for category, found in CATEGORIES.items() for change in found}


def heavy() -> Iterator[tuple[str, Change]]:
    """What takes long, made when it is its turn."""
    yield from ((f"prompts: {change.name}", change) for change in bombs.seeds())
    yield from ((f"large: {change.name}", change) for change in bombs.large())
