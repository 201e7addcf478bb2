"""One attack: what is forged, which readers have to notice, and what they have to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.line import Line

RELEASE = "verify:1 drift:1 show:3 render:3 diff:3 show-prod:3 render-prod:3 plan:3 promote:3"
"""All that read the bytes of a release."""

SERVED = "status:0 drift:1 list:3 history:3 show-prod:3 render-prod:3 plan:3 promote:3"
"""All that ask what prod serves; status shows it and says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """``refused`` spells readers with their exit codes; each has to say something that ``says`` (a pattern) finds.

    All other readers do not rely on what is forged and have to go on as ever.
    """

    name: str
    forge: Callable[[Line], None]
    refused: str
    says: str

    @property
    def codes(self) -> dict[str, int]:
        """Exit codes by reader."""
        pairs = (word.split(":") for word in self.refused.split())
        return {reader: int(code) for reader, code in pairs}
