"""What a run of a suite asks for, one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from promptctl.core.evals.case import Case

Sample = tuple[Case, str, int]
"""One thing to ask: a case, the model, and which of the case's repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to ask: of each case in turn, the samples of each model. ``indexes`` has them by the names of both."""

    cases: Sequence[Case]
    models: Sequence[str]
    indexes: Callable[[str, str], Sequence[int]]

    def __iter__(self) -> Iterator[Sample]:
        for case in self.cases:
            for model in self.models:
                for index in self.indexes(case.name, model):
                    yield case, model, index

    @property
    def asked(self) -> Iterator[Case]:
        """The cases of which anything is asked."""
        return (case for case in self.cases if any(self.indexes(case.name, model) for model in self.models))
