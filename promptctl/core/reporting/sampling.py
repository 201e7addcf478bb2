"""Which calls are scored while they are live: chosen by their ids, so that everybody chooses the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACES = 6


def sample_bound(share: float) -> str | None:
    """The last letters of ids that belong to a sample sort before this; None where every id belongs to it.

    The last letters of a ULID are chance: the same calls belong to a sample wherever and whenever it is taken, and a
    larger sample holds every smaller one.
    """
    number = round(share * len(_LETTERS) ** _PLACES)
    if number >= len(_LETTERS) ** _PLACES:
        return None
    letters = []
    for _ in range(_PLACES):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(reversed(letters))


def is_sampled(call: str, share: float) -> bool:
    """Whether a call belongs to the sample of a share."""
    bound = sample_bound(share)
    return bound is None or call[-_PLACES:] < bound


def live_share(quality: Mapping[str, Any]) -> float:
    """The share of calls that a ``[quality]`` table has scored; 0 where it says nothing that is a share."""
    share = quality.get("sample", 0)
    return float(share) if isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1 else 0.0
