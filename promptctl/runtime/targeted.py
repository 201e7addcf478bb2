"""Whether a call is one that a split is about: its ``when``, and what became of it in this process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from promptctl.core.targeting import UNANSWERED, condition
from promptctl.runtime.recording.tally import Tally
from promptctl.runtime.status import Fault


class Targeted:
    """Answers for a prompt whether attributes match; what cannot be answered does not match, and is counted."""

    def __init__(self, prompt: str, when: str) -> None:
        self.prompt, self.when = prompt, when
        self.fault: Fault | None = None
        self._matches, self._faults = condition(when), Tally()

    def __call__(self, attributes: Mapping[str, Any] | None) -> bool:
        try:
            return self._matches(attributes or {})
        except Exception as error:  # noqa: BLE001 - whatever attributes are: the call gets what the pointer serves
            self._faults.add()
            self.fault = Fault(code=UNANSWERED, message=f"{self.prompt}: {error}"[:500], at=time.time())
            return False

    @property
    def fault_count(self) -> int:
        """How many calls it was not answered for."""
        return self._faults.total()
