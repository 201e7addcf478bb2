"""What kept evidence says of models that could answer the same calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.evals.evidence import Evidence
from promptctl.core.evals.tally import CaseResult, tally
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.paired import pass_drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """How a model did in kept evidence: ``passed`` of ``cases``."""

    passed: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityChange:
    """Of ``cases`` that both models were judged by, ``before`` passed with the one and ``now`` with the other.

    ``interval`` is that of the change in the share, as gates tell it (90 %).
    """

    cases: int
    before: int
    now: int
    interval: Interval

    @property
    def worse(self) -> bool:
        """Whether these cases show a drop."""
        return self.interval.high < 0


def plain(model: str) -> str:
    """A model's name without a provider's."""
    return model.rpartition(":")[2]


def models_of(evidence: Sequence[Evidence], digest: str | None) -> tuple[str, ...]:
    """The models that evidence has asked with a text, each once."""
    return tuple(dict.fromkeys(it.model for kept in evidence if kept.subject == digest for it in kept.samples))


def evaluated(evidence: Sequence[Evidence], digest: str | None, model: str) -> Evaluated | None:
    """How a model did for a text in the newest evidence that asked it; evidence comes oldest first."""
    for kept in reversed(evidence):
        if samples := _samples(kept, digest, model):
            passed = _passed(samples)
            return Evaluated(passed=sum(passed.values()), cases=len(passed))
    return None


def quality_change(evidence: Sequence[Evidence], digest: str | None, before: str, now: str) -> QualityChange | None:
    """What the newest evidence that asked both models says of the difference; None where no case is judged of both."""
    for kept in reversed(evidence):
        old, new = (_passed(_samples(kept, digest, model)) for model in (before, now))
        both = old.keys() & new.keys()
        if both:
            losses = sum(old[case] and not new[case] for case in both)
            gains = sum(new[case] and not old[case] for case in both)
            drop = pass_drop(losses, gains, len(both)).interval
            return QualityChange(
                cases=len(both),
                before=sum(old[case] for case in both),
                now=sum(new[case] for case in both),
                interval=Interval(0.0 - drop.high, 0.0 - drop.low),
            )
    return None


def _samples(kept: Evidence, digest: str | None, model: str) -> list[CaseResult]:
    """A model's samples of a text; models by their names without a provider's."""
    return [it for it in kept.samples if kept.subject == digest and plain(it.model) == plain(model)]


def _passed(samples: Sequence[CaseResult]) -> dict[str, bool]:
    """The judged cases, and whether every sample of them passed."""
    return {name: case.passes == case.samples for name, case in tally(samples).items() if case.judged}
