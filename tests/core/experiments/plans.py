"""A plan for tests, and changes of it."""

from __future__ import annotations

from promptctl.adapters.files import parse_yaml
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.plan_parsing import parse_experiment

TEXT = """\
# What we hope for.
experiment: triage-tone
prompt: support/triage
environment: prod
hypothesis: A friendlier tone resolves more tickets.
unit: user
arms:                            # the first is control
  - {name: control, version: 1.2.0, percent: 50}
  - {name: friendly, version: 1.3.0, percent: 50}
metrics:
  primary: {metric: "quality:resolved", direction: increase}
  guardrails:
    - {metric: error_rate, direction: decrease, margin: 0.01}   # one of a hundred
    - {metric: latency_p95, direction: decrease, margin: 0.2}
  segments: [plan]
design:
  minimum_effect: 0.02
  baseline: 0.6
  sample: 12000
  minimum: {units: 500, days: 7}
  ends: 2026-12-31
"""


def experiment(text: str = TEXT, name: str = "triage-tone") -> Experiment:
    return parse_experiment(parse_yaml(text.encode(), f"prompts/experiments/{name}.yaml"), name)


def changed(old: str, new: str, text: str = TEXT) -> Experiment:
    """The experiment with one part of its text replaced."""
    assert old in text, old
    return experiment(text.replace(old, new))
