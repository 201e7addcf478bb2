"""How pages spell values: what is not known is a dash, never a zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.window import moment_of

UNKNOWN = "–"


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON that people read: as text, never as a part of the page."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def moment_text(at: str) -> str:
    """A time that files spell, as people read it: UTC, to the second."""
    day, _, rest = at.partition("T")
    return f"{day} {rest[:8]} UTC" if rest.endswith("Z") else at


def instant_text(at: int) -> str:
    """A time as stores keep it, microseconds since 1970, to the millisecond."""
    return moment_of(at).isoformat(" ", timespec="milliseconds").replace("+00:00", " UTC")


def price_text(picodollars: int | None) -> str:
    """Money as stores keep it, in US dollars."""
    return UNKNOWN if picodollars is None else f"${dollars_of(picodollars):.6f}"


def gates_said(evidence: Mapping[str, Any] | None) -> list[str]:
    """What gates said to a move: of the one version that came in, or of each where several came in at once."""
    if not evidence:
        return []
    if "outcome" in evidence:
        return [f"Gate: {evidence['outcome']}"]
    return [f"Gate of {version}: {said['outcome']}" for version, said in evidence.items() if "outcome" in said]


FILTERS = {
    "tojson_text": json_text,
    "moment": moment_text,
    "instant": instant_text,
    "price": price_text,
    "gates": gates_said,
}
"""By the names that templates call them."""
