"""Names the life of one pointer, so that readers can tell a restart from a rollback."""

from __future__ import annotations

import hashlib
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_lineage(environment: str, prompt: str, base: str | None, now: datetime) -> str:
    """26 Crockford base-32 characters in the shape of a ULID: 48 bits of milliseconds, then 80 of a hash.

    Pure: the hash is over what makes this first promotion unique, its place and the commit it builds on.
    """
    seed = f"promptctl-lineage/v1|{environment}|{prompt}|{base}|{now.isoformat()}"
    random = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:10])
    number = (int(now.timestamp() * 1000) << 80) | random
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
