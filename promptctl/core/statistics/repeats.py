"""What a case that is asked several times says of k further tries."""

from __future__ import annotations

from math import comb


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
