"""The draft that ``experiment new`` writes: a whole plan, with what people are to think about beside it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from promptctl.core.experiments.metric import Metric, direction
from promptctl.core.files.yaml_text import flow
from promptctl.core.metrics import METRICS, measured
from promptctl.core.prompts.scaffold import modeline
from promptctl.core.releases.version import Version

_TEXT = """\
{modeline}
experiment: {name}
prompt: {prompt}
environment: {environment}
hypothesis: {hypothesis}
unit: user                       # what stays in its arm: whatever applications give as unit=
# when: plan == 'pro'            # only these units take part
arms:                            # the first is control: what is live
{arms}
metrics:
  primary: {primary}
  guardrails:                    # what must not get worse by more than the margin
{guardrails}
  secondary: []
  segments: []                   # attributes of calls: [plan, region]
design:
  minimum_effect: {effect}{meaning}
  # baseline: 0.6                # control's value today; without it, the event store is asked
  # sample: 12000              # units of all arms; without it, start reckons it
  alpha: 0.05
  power: 0.8
  looks: 4
  minimum: {{units: 100, days: 7}} # of each arm, before the first look
  # ends: 2027-01-31             # decided with what there is by then
"""


def draft_text(
    name: str, prompt: str, environment: str, versions: Sequence[Version], metric: str, hypothesis: str | None
) -> str:
    """The text of a draft. ``versions``: control's, then those of the treatments."""
    primary = Metric(metric=metric, kind=measured(metric).kinds[0], direction=direction(metric))
    arms = _arms(versions)
    rails = [
        f"    - {{metric: {rail}, direction: {direction(rail)}, margin: {it.margin}}}"
        for rail, it in METRICS.items()
        if it.margin is not None and rail != metric
    ]
    return _TEXT.format(
        modeline=modeline("experiment"),
        name=name,
        prompt=prompt,
        environment=environment,
        hypothesis=flow(hypothesis or f"{versions[-1]} is better than {versions[0]} in {metric}, because …"),
        arms="\n".join(arms),
        primary=f"{{metric: {flow(metric)}, direction: {primary.direction}}}",
        guardrails="\n".join(rails),
        effect="0.1 " if primary.relative else "0.02",
        meaning="           # a tenth of control's value"
        if primary.relative
        else "           # two points of a hundred",
    )


def _arms(versions: Sequence[Version]) -> list[str]:
    """Equal shares, control's with what rounding leaves."""
    share = (Decimal(100) / len(versions)).quantize(Decimal("0.01"), rounding="ROUND_DOWN").normalize()
    first = 100 - share * (len(versions) - 1)
    numbered = len(versions) > 2
    names = ["control", *(f"treatment-{number}" if numbered else "treatment" for number in range(1, len(versions)))]
    return [
        f"  - {{name: {name}, version: {version}, percent: {share if index else first:f}}}"
        for index, (name, version) in enumerate(zip(names, versions, strict=True))
    ]
