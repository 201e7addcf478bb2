"""What the checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A repository, and the time that this machine thinks it is."""

    repository: Repository
    now: datetime
