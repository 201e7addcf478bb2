"""Versions that testers ask for: in the environment of a process, or around a piece of code."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.core.name import name_fault
from promptctl.core.version import parse_version
from promptctl.errors import UsageError
from promptctl.runtime.prompt import UNFIT

VARIABLE = "PROMPTCTL_FORCE"


def parse_forced(written: str) -> dict[str, str]:
    """Versions by prompt of ``NAME@VERSION,…``. Raises UsageError naming the part that is none."""
    pairs = (part.strip().rpartition("@") for part in written.split(",") if part.strip())
    return checked_forced({name or version: version if name else "" for name, _, version in pairs}, VARIABLE)


def checked_forced(versions: Mapping[str, str], where: str) -> dict[str, str]:
    """The same as plain text. Raises UsageError for what is no name or version."""
    for name, version in versions.items():
        if name_fault(name) is not None or parse_version(str(version).removeprefix("v")) is None:
            shown = f"{name}@{version}"[:100]
            raise UsageError(UNFIT, f"{where}: {shown!r} names no version of a prompt", hint="support/triage@1.3.0")
    return {name: str(version).removeprefix("v") for name, version in versions.items()}
