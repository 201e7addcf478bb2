"""Versions and arms that testers ask for: in the environment of a process, or around a piece of code."""

from __future__ import annotations

import re
from collections.abc import Mapping

from promptctl.core.name import name_fault
from promptctl.core.releases.version import parse_version
from promptctl.errors import UsageError
from promptctl.runtime.prompt import UNFIT

VARIABLE = "PROMPTCTL_FORCE"
_ARM = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
"""No version looks like the name of an arm: it has dots."""


def parse_forced(written: str) -> dict[str, str]:
    """Versions or arms by prompt of ``NAME@VERSION,NAME@ARM,…``. Raises UsageError naming the part that is none."""
    pairs = (part.strip().rpartition("@") for part in written.split(",") if part.strip())
    return checked_forced({name or wanted: wanted if name else "" for name, _, wanted in pairs}, VARIABLE)


def checked_forced(forced: Mapping[str, str], where: str) -> dict[str, str]:
    """The same as plain text. Raises UsageError for what is no name, version or arm."""
    return {name: _checked(name, str(wanted), where) for name, wanted in forced.items()}


def is_arm(wanted: str) -> bool:
    """Whether it is the name of an arm, and no version."""
    return _ARM.fullmatch(wanted) is not None


def _checked(name: str, wanted: str, where: str) -> str:
    version = wanted.removeprefix("v")
    if name_fault(name) is None:
        if parse_version(version) is not None:
            return version
        if is_arm(wanted):
            return wanted
    shown = f"{name}@{wanted}"[:100]
    hint = "support/triage@1.3.0, or support/triage@canary"
    raise UsageError(UNFIT, f"{where}: {shown!r} names no version or arm of a prompt", hint=hint)
