"""Entries of a store that others can write to: named and sealed with a key, so that only who has it can make one."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

_FORM = b"1"


@dataclass(frozen=True, slots=True)
class EntrySeal:
    """Names and seals entries with a secret ``key``; whoever has another one sees and makes other entries."""

    key: bytes = field(repr=False)

    def name(self, kind: str, key: str) -> str:
        """What the entry of a kind ("reply", "lease", "vectors") under a key is called in the store."""
        return f"promptctl:1:{kind}:{self._mac(f'name/{kind}', key, b'')}"

    def spell(self, name: str, made: float, text: str) -> bytes:
        """The entry of that name, made at a time in seconds since 1970. Raises UnicodeEncodeError for half characters.

        Its lines: form, milliseconds since 1970, seal, text.
        """
        data, at = text.encode(), str(int(made * 1000)).encode()
        return b"\n".join((_FORM, at, self._mac(f"entry/{at.decode()}", name, data).encode(), data))

    def read(self, name: str, entry: bytes, since: float) -> str | None:
        """The text; None for an entry that was not sealed under this name, or was made before ``since``."""
        parts = entry.split(b"\n", 3)
        if len(parts) != 4 or parts[0] != _FORM or not (parts[1].isdigit() and len(parts[1]) < 20):
            return None
        _, at, seal, data = parts
        if not hmac.compare_digest(self._mac(f"entry/{at.decode()}", name, data).encode(), seal):
            return None
        return data.decode() if int(at) >= since * 1000 else None

    def _mac(self, what: str, name: str, data: bytes) -> str:
        return hmac.new(self.key, f"promptctl-cache/1/{what}\n{name}\n".encode() + data, hashlib.sha256).hexdigest()
