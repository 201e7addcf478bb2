"""A comment that silences rules where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.lint.finding import Finding
from promptctl.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """``codes`` are silenced from line ``first`` to ``last`` of ``place``'s file, 1-based.

    ``place`` is where the comment stands; ``whole_file`` covers findings without a line too, ``jinja`` tells that the
    comment is part of a template.
    """

    place: Place
    codes: tuple[str, ...]
    first: int
    last: int
    whole_file: bool = False
    jinja: bool = False

    def covers(self, finding: Finding) -> bool:
        """Whether it silences a finding."""
        place = finding.place
        if finding.code not in self.codes or place.file != self.place.file:
            return False
        return self.first <= place.line <= self.last if place.line else self.whole_file
