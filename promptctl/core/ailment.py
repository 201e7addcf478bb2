"""What ``doctor`` can find: each kind has one level; every finding says what, why it matters, and what repairs it."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = {
    "unreadable": "error",
    "git-lock": "error",
    "writing": "warning",
    "interrupted": "warning",
    "shallow": "error",
    "partial": "warning",
    "no-tags": "error",
    "alternates": "warning",
    "replaced": "warning",
    "hook-ignored": "warning",
    "hook-not-executable": "warning",
    "hook-not-installed": "warning",
    "loose-refs": "warning",
    "leftover": "warning",
    "identity": "error",
    "clock": "warning",
    "elsewhere": "warning",
    "settings-ignored": "warning",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """One thing about a clone that stops commands ("error") or may surprise ("warning"); ``repair`` is a command."""

    kind: str
    message: str
    why: str
    repair: str

    @property
    def level(self) -> str:
        """ "error" or "warning"."""
        return LEVELS[self.kind]

    def to_dict(self) -> dict[str, str]:
        return {
            "kind": self.kind,
            "level": self.level,
            "message": self.message,
            "why": self.why,
            "repair": self.repair,
        }
