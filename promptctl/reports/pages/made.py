"""What a page shows, before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page: ``path`` is where it stands, as ``prompts/support/triage/``; empty for the first.

    ``crumbs`` are the pages above it, outermost first, each a name and a path; the first page is not among them.
    """

    path: str
    template: str
    title: str
    data: Mapping[str, Any]
    crumbs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was looked at: ``commit`` of the default branch, and when, ISO 8601 in UTC."""

    commit: str
    at: str
