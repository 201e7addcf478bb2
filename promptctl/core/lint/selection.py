"""Which rules count in a run: those chosen on the command line, else all but those the settings leave out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.rules import RULES
from promptctl.core.suggestion import suggest

UNKNOWN_RULE = "PC126"
CODES = tuple(rule.code for rule in RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Codes, or starts of codes such as ``L04``; an empty ``select`` chooses every rule.

    Errors that stop other commands (``PC0xx``) are no rules: they always count.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def has(self, code: str) -> bool:
        """Whether a rule counts."""
        return (not self.select or code.startswith(self.select)) and not code.startswith(self.ignore or (" ",))

    def kept(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings of rules that count, and everything that is no rule's."""
        return [finding for finding in findings if finding.code not in CODES or self.has(finding.code)]


def split_codes(written: Sequence[str]) -> tuple[str, ...]:
    """The codes of options such as ``L001,L04``."""
    return tuple(code for text in written for code in text.replace(",", " ").split())


def code_fault(code: str) -> tuple[str, str] | None:
    """What is wrong with a code or its start, and a hint; None when it names at least one rule."""
    if any(known.startswith(code) for known in CODES) and code:
        return None
    if code.startswith("PC"):
        return f"{code} is an error that stops other commands, and cannot be left out", "repair what it names"
    return f"there is no rule `{code}`", suggest(code, CODES) or f"rules: {CODES[0]} to {CODES[-1]}"
