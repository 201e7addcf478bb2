"""Embeddings of texts: how they are asked for, kept as replies, and compared."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Sequence

from promptctl.core.models.request import Request

_ROLE = "embedding"
_MOST_NUMBERS = 65_536


def embedding_request(model: str, text: str) -> Request:
    """What asks a model for the embedding of a text; no conversation has a message like its one."""
    return Request(model=model, messages=({"role": _ROLE, "content": text},))


def embedded_text(request: Request) -> str | None:
    """The text that a request wants embedded; None for one that wants an answer."""
    first = request.messages[0] if len(request.messages) == 1 else {}
    return first["content"] if first.get("role") == _ROLE and isinstance(first.get("content"), str) else None


def spell_embedding(numbers: Sequence[float]) -> str:
    """The text by which a reply keeps an embedding: base64 of little-endian single precision.

    Raises ValueError for what is no embedding: none or too many numbers, or one that is not finite.
    """
    if not 0 < len(numbers) <= _MOST_NUMBERS or not all(math.isfinite(number) for number in numbers):
        raise ValueError("an embedding needs some finite numbers")
    try:
        return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode("ascii")
    except OverflowError:
        raise ValueError("an embedding holds a number that is too large") from None


def read_embedding(text: str) -> tuple[float, ...]:
    """The numbers that ``spell_embedding`` spelled. Raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("not an embedding") from None
    if not data or len(data) % 4 or len(data) > 4 * _MOST_NUMBERS:
        raise ValueError("not an embedding")
    numbers = struct.unpack(f"<{len(data) // 4}f", data)
    if not all(map(math.isfinite, numbers)):
        raise ValueError("an embedding holds a number that is not finite")
    return numbers


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Cosine similarity, within -1 and 1. Raises ValueError for different lengths and for zero vectors."""
    if len(one) != len(other):
        raise ValueError(f"embeddings of different length: {len(one)} and {len(other)} numbers")
    norms = math.hypot(*one) * math.hypot(*other)
    if not norms:
        raise ValueError("an embedding is nothing but zeros")
    return max(-1.0, min(1.0, math.fsum(a * b for a, b in zip(one, other, strict=True)) / norms))
