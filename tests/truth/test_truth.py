"""status and drift tell the truth whatever happened: a sample; ``python -m tests.truth`` lives many more histories."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.truth.machine import Truth


def live(examples: int, steps: int, chosen: int) -> None:
    """Lives some random histories of at most so many steps."""
    chosen_settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    seed(chosen)(Truth)
    run_state_machine_as_test(Truth, settings=chosen_settings)


def test_a_sample() -> None:
    live(2, 10, 1)
