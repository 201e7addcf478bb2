"""Which options of ``eval`` make no sense together, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from promptctl.errors import UsageError

USAGE = "PC001"
_CHOICES = ("--filter", "--tag", "--rerun-failed", "--changed")
_CLASHES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "--untrusted": (
        (
            *_CHOICES,
            "--shard",
            "--resume",
            "--maxfail",
            "--max-cost",
            "--report",
            "--format github",
            "several providers",
        ),
        "it judges all cases by the base's rules, and keeps nothing",
    ),
    "--resume": (
        ("a name", *_CHOICES, "--base", "--shard", "--against", "--replies"),
        "it goes on with a run as that was asked for",
    ),
    "--watch": (
        ("--rerun-failed", "--changed", "--shard", "--resume", "--untrusted", "--report", "--format github", "--json"),
        "it runs whole suites again and again, for people to read",
    ),
    "--shard": (
        (
            "--filter",
            "--tag",
            "--rerun-failed",
            "--report",
            "--format github",
            "--replies recorded",
            "several providers",
        ),
        "shards are parts of whole suites, judged once they are merged",
    ),
}


def require_fitting(given: Mapping[str, object]) -> None:
    """Raises UsageError for the first two options that do not go together; those that are not given have no value."""
    clash = next(_clashes({option for option, value in given.items() if value}), None)
    if clash:
        raise UsageError(USAGE, clash, hint="promptctl eval --help")


def _clashes(given: set[str]) -> Iterator[str]:
    for option, (others, why) in _CLASHES.items():
        yield from (f"{other} does not go with {option}: {why}" for other in others if {option, other} <= given)
    if "--base" in given and not given & {"--changed", "--untrusted"}:
        yield "--base is the base of --changed or --untrusted, and neither is there"


def dollars_of(text: str | None) -> float | None:
    """An amount of US dollars. Raises UsageError."""
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII):
        raise UsageError(USAGE, f"`{text}` is no amount of US dollars", hint="--max-cost 2.50")
    return float(text)
