"""One thing that is fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from promptctl.errors import PromptctlError


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``run`` takes any bytes and holds what it read to a law; ``begin`` gives small inputs of the kind that it reads.

    Our own errors are answers; whatever else gets out of ``run`` is a find. ``ready`` does what takes time once.
    """

    run: Callable[[bytes], None]
    begin: Callable[[], Iterable[bytes | None]]
    ready: Callable[[], object] = tuple


def attempt(target: Target, data: bytes) -> None:
    """One input through a target; our own errors are answers."""
    with suppress(PromptctlError):
        target.run(data)


def starting(*inputs: bytes | str) -> Callable[[], Iterable[bytes]]:
    """For ``begin``: inputs that are there as they are."""
    data = [it.encode() if isinstance(it, str) else it for it in inputs]
    return lambda: data
