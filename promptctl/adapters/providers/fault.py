"""What can go wrong between here and a provider: each its own outcome, none of them an answer."""

from __future__ import annotations

from typing import Literal

from promptctl.errors import OutsideError

FaultKind = Literal[
    "unreachable", "timeout", "rate-limited", "quota", "failing", "refused", "unauthorized", "malformed", "too-large"
]

_CODES: dict[FaultKind, str] = {
    "unreachable": "PC077",
    "timeout": "PC078",
    "rate-limited": "PC079",
    "quota": "PC079",
    "failing": "PC080",
    "refused": "PC081",
    "unauthorized": "PC082",
    "malformed": "PC083",
    "too-large": "PC084",
}
_PASSING: tuple[FaultKind, ...] = ("unreachable", "rate-limited", "failing")


class ProviderError(OutsideError):
    """A provider did not answer. ``kind`` says how, ``retry_after`` (seconds) what it asked for, ``passing`` whether
    the same call may well succeed a little later."""

    def __init__(
        self,
        kind: FaultKind,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(_CODES[kind], message, hint=hint)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        return self.kind in _PASSING
