"""Options of ``eval`` that make no sense together are refused, with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.cli.eval_wishes import dollars_of, require_fitting
from promptctl.errors import UsageError
from tests.shipping import refused
from tests.support import STARTER, build_files


@pytest.mark.parametrize(
    "given",
    [
        "--filter --tag --changed --base --maxfail --max-cost --report --replies --against --json",
        "--rerun-failed --filter --replies recorded",
        "--shard --changed --base --replies --maxfail --max-cost",
        "--resume --maxfail --max-cost --report",
        "--untrusted --base --against",
        "--watch --filter --maxfail --max-cost",
        "several providers --report",
    ],
)
def test_what_goes_together(given: str) -> None:
    names = given.replace("several providers", "several_providers").split()
    require_fitting(dict.fromkeys(name.replace("_", " ") for name in names))
    require_fitting({name.replace("_", " "): True for name in names})


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("--resume", "a name", "as that was asked for"),
        ("--resume", "--shard", "as that was asked for"),
        ("--resume", "--rerun-failed", "as that was asked for"),
        ("--shard", "--filter", "parts of whole suites"),
        ("--shard", "--replies recorded", "parts of whole suites"),
        ("--shard", "several providers", "parts of whole suites"),
        ("--untrusted", "--max-cost", "by the base's rules"),
        ("--untrusted", "--changed", "by the base's rules"),
        ("--watch", "--json", "for people to read"),
        ("--watch", "--resume", "for people to read"),
    ],
)
def test_what_does_not(first: str, second: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"{second} does not go with {first}: .*{why}"):
        require_fitting({second: ["x"], first: True, "--tag": None})


def test_the_command_asks_for_it(folder: Path) -> None:
    build_files(folder, STARTER)
    assert "--json does not go with --watch" in refused(folder, "eval", "--watch", "--json", code=2).out
    refused(folder, "eval", "--base", "main", code=2, error="PC001")


def test_amounts() -> None:
    assert [dollars_of(text) for text in (None, "0", "2.50", "100")] == [None, 0.0, 2.5, 100.0]
    for text in ("", "-1", "1e3", "$2", "nan", "1.", "٣"):
        with pytest.raises(UsageError, match="no amount"):
            dollars_of(text)
