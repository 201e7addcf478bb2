"""What can go wrong between here and a provider: each its own outcome, none of them an answer."""

from __future__ import annotations

from typing import Literal

from promptctl.errors import OutsideError, Problem

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
_ILL: tuple[FaultKind, ...] = ("unreachable", "timeout", "failing")
_ASK_OTHERS: tuple[FaultKind, ...] = (*_PASSING, "quota")
_OF_THE_REQUEST: tuple[FaultKind, ...] = ("refused", "unauthorized", "too-large")
RESTING = "PC200"


class ProviderError(OutsideError):
    """A provider did not answer. ``kind`` says how, ``retry_after`` (seconds) what it asked for, ``code`` replaces that
    of the kind."""

    def __init__(
        self,
        kind: FaultKind,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(code or _CODES[kind], message, hint=hint)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after

    def add_hint(self, more: str) -> None:
        """Says more beside the hint that it has."""
        problem = self.problem
        hint = f"{problem.hint}; {more}" if problem.hint else more
        self.problems = (Problem(problem.code, problem.message, problem.place, hint),)

    @property
    def passing(self) -> bool:
        """Whether the same call may well succeed a little later."""
        return self.kind in _PASSING

    @property
    def ill(self) -> bool:
        """Whether it tells that the provider is down, and not only that it does not want this call."""
        return self.kind in _ILL

    @property
    def unhealthy(self) -> bool:
        """Whether it counts among what the provider does badly."""
        return self.kind not in _OF_THE_REQUEST

    @property
    def moves(self) -> bool:
        """Whether another provider may be asked instead; what was refused is never shown around."""
        return self.kind in _ASK_OTHERS

    @property
    def resting(self) -> bool:
        """Whether nobody was asked, since the provider keeps failing."""
        return self.code == RESTING
