"""What merging a change makes possible in each environment, and what will be asked there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.prompts.contract import ContractChange
from promptctl.errors import Problem

Direction = Literal["first", "upgrade", "DOWNGRADE", "same", "removed", "unlocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentMove:
    """One changed prompt in one environment: the version that is ``serving`` there and the ``possible`` one.

    ``direction`` is "removed" where the change takes away a prompt that is served, and "unlocked" where the lock here
    does not have the prompt as it is. ``contract`` compares with what is served, None where that cannot be read.
    ``gate`` says what will be asked; ``price`` is what it costs in US dollars to answer that, 0 where the evidence is
    there, None where it is unknown. ``refusals`` are what stands in the way already.
    """

    prompt: str
    serving: str | None
    possible: str | None
    direction: Direction
    contract: ContractChange | None = None
    gate: str | None = None
    price: float | None = None
    refusals: tuple[Problem, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether there is a version that could be served instead once the change is merged."""
        return self.direction in ("first", "upgrade", "DOWNGRADE")

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        return {
            "prompt": self.prompt,
            "serving": self.serving,
            "possible": self.possible,
            "direction": self.direction,
            "class": self.contract.change if self.contract else None,
            "gate": self.gate,
            "price": self.price,
            "refusals": [{"code": it.code, "message": it.message, "hint": it.hint} for it in self.refusals],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentPlan:
    """One environment. ``gate`` is "recorded", "rerun" or None; ``after`` the environment that comes before it,
    ``approvals`` how many people have to agree, ``from_ci`` whether only CI may promote.

    ``read`` names the commit of the state.
    """

    environment: str
    read: str
    gate: str | None = None
    after: str | None = None
    approvals: int = 0
    from_ci: bool = False
    moves: tuple[EnvironmentMove, ...] = ()

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        return {
            "environment": self.environment,
            "read": self.read,
            "gate": self.gate,
            "after": self.after,
            "approvals": self.approvals,
            "from_ci": self.from_ci,
            "moves": [it.data() for it in self.moves],
        }
