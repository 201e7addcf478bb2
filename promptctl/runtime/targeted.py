"""Whether a call is one that a split is about: its ``when``, and what became of it in this process."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Mapping
from typing import Any

from promptctl.core.splits.targeting import UNANSWERED, condition
from promptctl.runtime.recording.tally import Tally
from promptctl.runtime.status import Fault


class Targeted:
    """Answers for a prompt whether attributes match; what cannot be answered does not match, and is counted.

    ``fault`` is the last one in this process.
    """

    def __init__(self, prompt: str, when: str) -> None:
        self.prompt, self.when = prompt, when
        self._matches = condition(when)
        self.begin()
        _TARGETED.add(self)

    def begin(self) -> None:
        """Counts from nothing, as a forked child does."""
        self.fault: Fault | None = None
        self._faults = Tally()

    def __call__(self, attributes: Mapping[str, Any] | None) -> bool:
        try:
            return self._matches(attributes or {})
        except Exception as error:  # noqa: BLE001 - whatever attributes are: the call gets what the pointer serves
            self._faults.add()
            self.fault = Fault(code=UNANSWERED, message=f"{self.prompt}: {error}"[:500], at=time.time())
            return False

    @property
    def fault_count(self) -> int:
        """How many calls of this process it was not answered for."""
        return self._faults.total()


_TARGETED: weakref.WeakSet[Targeted] = weakref.WeakSet()


def _after_fork() -> None:
    for targeted in list(_TARGETED):
        targeted.begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
