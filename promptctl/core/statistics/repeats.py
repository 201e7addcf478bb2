"""What a case that is asked several times says of k further tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from promptctl.core.statistics.interval import mean


@dataclass(frozen=True, slots=True)
class Tries:
    """The mean over cases of pass@k (``any_passes``) and pass^k (``all_pass``), where k is ``count``."""

    count: int
    any_passes: float
    all_pass: float


def tries_of(cases: Sequence[tuple[int, int]], count: int) -> Tries | None:
    """What cases, each (samples, passes), say of ``count`` tries; None when no case has so many samples."""
    counted = [(samples, passes) for samples, passes in cases if samples >= count]
    if not counted:
        return None
    any_passes = mean([pass_at_k(samples, passes, count) for samples, passes in counted])
    return Tries(count, any_passes, mean([pass_hat_k(samples, passes, count) for samples, passes in counted]))


def pass_at_k(samples: int, passes: int, tries: int) -> float:
    """The chance that at least one of ``tries`` of a case's ``samples`` passes, for 1 <= tries <= samples.

    Source: M. Chen et al., Evaluating Large Language Models Trained on Code (2021), equation 1, without bias.
    """
    return 1 - comb(samples - passes, tries) / comb(samples, tries)


def pass_hat_k(samples: int, passes: int, tries: int) -> float:
    """The chance that all of ``tries`` of a case's ``samples`` pass, for 1 <= tries <= samples (pass^k).

    Source: S. Yao et al., tau-bench (2024), section 3.
    """
    return comb(passes, tries) / comb(samples, tries)
