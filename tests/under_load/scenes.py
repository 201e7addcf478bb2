"""What may happen to a canary or an experiment, and how each has to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tests.under_load.life import Lived
from tests.under_load.model import CANARY, STABLE, WELL, Conduct
from tests.under_load.world import ENVIRONMENT, NAME, REFRESH

EXPERIMENT = "answer-tone"
PLAN = f"""\
experiment: {EXPERIMENT}
prompt: {NAME}
environment: {ENVIRONMENT}
hypothesis: The second text resolves more.
unit: user
arms:
  - {{name: control, version: {STABLE}, percent: 50}}
  - {{name: second, version: {CANARY}, percent: 50}}
metrics:
  primary: {{metric: "quality:resolved", direction: increase}}
  guardrails:
    - {{metric: error_rate, direction: decrease, margin: 0.05}}
design: {{minimum_effect: 0.1, baseline: 0.6, looks: 3, sample: 900, minimum: {{units: 100, days: 0}}}}
"""
ONE_POLL = REFRESH * 1.2 + 0.5
"""Seconds that a worker may take to see a bundle, half of them for a machine that has other things to do."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How the canary behaves beside a stable version, whether it is ``kept``, and the ``rule`` that has to be named
    where it is not. With a ``plan`` it is an experiment."""

    canary: Conduct
    stable: Conduct = WELL
    kept: bool = False
    rule: str = ""
    plan: str = ""
    steps: tuple[int, ...] = (20, 50, 100)
    requests: int = 60

    @property
    def conducts(self) -> Mapping[str, Conduct]:
        return {STABLE: self.stable, CANARY: self.canary}

    @property
    def start(self) -> tuple[str, ...]:
        """The command line that starts it: which rule is broken is for the decisions to find."""
        if self.plan:
            return ("experiment", "start", EXPERIMENT)
        rules = ("error_rate=0.05", "latency_p95=1", "cost=0.5", "quality:resolved=0.15")
        return (
            *("rollout", "start", f"{NAME}@{CANARY}", ENVIRONMENT, "--steps", ",".join(map(str, self.steps))),
            *("--minimum-requests", str(self.requests), "--minimum-minutes", "0"),
            *(word for rule in rules for word in ("--health", rule)),
        )

    @property
    def decide(self) -> tuple[str, ...]:
        """The command line that decides."""
        return ("experiment", "advance", EXPERIMENT) if self.plan else ("rollout", "advance", NAME, ENVIRONMENT)


SCENES: Mapping[str, Scene] = {
    "fine": Scene(canary=WELL, kept=True, steps=(5, 25, 100), requests=40),
    "slow": Scene(canary=Conduct(seconds=0.25), rule="latency_p95"),
    "costly": Scene(canary=Conduct(tokens=200), rule="cost"),
    "failing": Scene(canary=Conduct(refused=3), rule="error_rate"),
    "worse": Scene(canary=Conduct(content=0.3), rule="quality:resolved"),
    "experiment": Scene(stable=Conduct(content=0.6), canary=Conduct(content=0.8), kept=True, plan=PLAN),
}


def wrong(scene: Scene, lived: Lived) -> Iterator[str]:
    """What did not go as it has to."""
    wanted = CANARY if scene.kept else STABLE
    if lived.served != wanted:
        yield f"{lived.served} is served, not {wanted}"
    if lived.faults:
        yield f"{len(lived.faults)} requests failed, the first: {lived.faults[0]}"
    if lived.late > ONE_POLL:
        yield f"{lived.late:.2f} s after the poll somebody got another version"
    if lived.drift:
        yield f"drift: {lived.drift}"
    shares = [lived.people[share] for share in sorted(lived.people)]
    if any(not before <= after for before, after in pairwise(shares)):
        yield "somebody left the canary when its share grew"
    yield from _moves(scene, lived)


def _moves(scene: Scene, lived: Lived) -> Iterator[str]:
    kinds, ends = [kind for kind, _, _ in lived.moves], ("promote" if scene.kept else "rollback")
    if kinds[0] != "promote" or kinds[-1] != ends or set(kinds[1:-1]) - {"split"}:
        yield f"moves: {lived.moves}"
    shares = [share for kind, _, share in lived.moves if kind == "split"]
    if not scene.plan and shares != list(scene.steps[: len(shares)]):
        yield f"steps: {shares}"
    if scene.kept and not scene.plan and len(shares) != len(scene.steps) - 1:
        yield f"{len(shares)} steps, not {len(scene.steps) - 1}"
    if scene.rule not in lived.reason:
        yield f"the reason does not name {scene.rule}: {lived.reason}"
