"""References ``NAME[@REF]``: which state of a prompt is meant. The order in which kinds are tried is the order here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from promptctl.core.releases.version import Version, parse_version
from promptctl.errors import UsageError

_DIGEST = re.compile(r"sha256:[0-9a-f]{4,64}", re.ASCII)
_AT_TIME = re.compile(r"([a-z][a-z0-9-]*)@\{([^{}]+)\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """A prompt's name and the text after ``@``; ``ref`` is "work" when there is none."""

    name: str
    ref: str = "work"

    def __str__(self) -> str:
        return self.name if self.ref == "work" else f"{self.name}@{self.ref}"

    @property
    def version(self) -> Version | None:
        """The version meant by ``1.2.0`` or ``v1.2.0``, or None."""
        return parse_version(self.ref.removeprefix("v"))

    @property
    def digest_prefix(self) -> str | None:
        return self.ref if _DIGEST.fullmatch(self.ref) else None

    @property
    def at_time(self) -> tuple[str, str] | None:
        """Environment and time of ``prod@{2026-11-20T12:00Z}``, or None."""
        found = _AT_TIME.fullmatch(self.ref)
        return (found[1], found[2]) if found else None

    @property
    def revision(self) -> str:
        """The Git revision meant; ``git:`` forces this kind."""
        return self.ref.removeprefix("git:")

    @property
    def forced_revision(self) -> bool:
        return self.ref.startswith("git:")


def parse_reference(text: str) -> Reference:
    """Splits at the first ``@``. Raises UsageError for an empty name or reference."""
    name, at, ref = text.partition("@")
    if not name or (at and not ref):
        raise UsageError("PC003", f"{text!r} is no reference", hint="example: support/triage@1.2.0")
    if ref.removeprefix("git:").startswith("-") or any(character in ref for character in "\n\0"):
        raise UsageError("PC003", f"{ref!r} cannot be a reference")
    return Reference(name, ref or "work")
