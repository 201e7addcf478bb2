"""Everything that is lived in one history, and how many of them are."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.truth.branches import Branches
from tests.truth.experiments import Experiments
from tests.truth.hotfixes import Hotfixes
from tests.truth.names import Names
from tests.truth.rollouts import Rollouts


class Histories(Rollouts, Experiments, Names, Hotfixes, Branches):
    """What ``Truth`` lives, with rollouts, experiments, other names, hotfixes and moves by pull request."""


def live(examples: int, steps: int, chosen: int) -> None:
    """Lives random histories of at most so many steps; the same number chooses the same ones."""
    wanted = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    seed(chosen)(Histories)
    run_state_machine_as_test(Histories, settings=wanted)
