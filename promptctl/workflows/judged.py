"""What became of one prompt's suite where several are judged: a verdict, or what stopped it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.workflows.ci_compare import BaseComparison
    from promptctl.workflows.eval import EvalResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the suite of one prompt says: a verdict's sentence, or why there is none.

    ``comparison`` is with the prompt as the base has it, None where nothing can be compared.
    """

    prompt: str
    ok: bool
    outcome: str
    sentence: str
    hint: str | None = None
    result: EvalResult | None = None
    comparison: BaseComparison | None = None

    @property
    def cost(self) -> float | None:
        """The price of its answers in US dollars, whenever they were given; None where one has no known price."""
        return self.result.cost if self.result else None

    @classmethod
    def by(cls, prompt: str, result: EvalResult) -> Self:
        """By a run's verdict."""
        verdict = result.verdict
        return cls(prompt=prompt, ok=verdict.ok, outcome=verdict.outcome, sentence=verdict.sentence, result=result)

    @classmethod
    def without(cls, prompt: str, error: PromptctlError) -> Self:
        """By what stopped the run: no verdict is no pass."""
        return cls(prompt=prompt, ok=False, outcome="none", sentence=str(error), hint=error.hint)

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON, without the run."""
        return {
            "prompt": self.prompt,
            "ok": self.ok,
            "outcome": self.outcome,
            "sentence": self.sentence,
            "hint": self.hint,
        }
