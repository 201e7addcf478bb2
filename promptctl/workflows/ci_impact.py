"""What a change of prompts means for those who call them: class, versions, the contract's facts, and broken calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from promptctl.core.contract import ContractChange
from promptctl.core.lint.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One changed prompt. ``kind`` as in ``ChangedPrompt``; ``before`` and ``after`` are the versions that the base's
    lock and the lock here agree on, None where there is none.

    ``contract`` is None where there is nothing to compare: a prompt that is new or removed. ``calls`` are the uses in
    code of this repository that fail once the change is served.
    """

    name: str
    kind: str
    before: str | None = None
    after: str | None = None
    contract: ContractChange | None = None
    calls: tuple[Finding, ...] = ()

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        contract = self.contract
        return {
            "prompt": self.name,
            "kind": self.kind,
            "class": contract.change if contract else None,
            "before": self.before,
            "after": self.after,
            "reasons": [
                {"field": it.field, "message": it.message, "class": it.change}
                for it in (contract.reasons if contract else ())
            ],
            "calls": [it.to_dict() for it in self.calls],
        }
