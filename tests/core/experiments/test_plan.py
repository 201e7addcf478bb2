"""Plans: what is written is what counts, and every fault has its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from promptctl.core.experiments.experiment import HEAD, planned_text
from promptctl.errors import DocumentError
from tests.core.experiments.plans import TEXT, changed, experiment

RECORD = f"""{HEAD}
state: running
started: 2026-11-21T12:00:00Z
counting:
  since: 2026-11-21T12:00:00Z
  sample: 12000
  plan: sha256:{"a" * 64}
  counted: sha256:{"b" * 64}
looks:
- {{at: 2026-11-22T12:00:00Z, units: 3000, fraction: 0.25, z: {{friendly: 1.5}}, boundary: 4.3, decision: keep running}}
"""


def test_a_plan_is_read() -> None:
    plan = experiment().plan
    assert (plan.control.name, [arm.name for arm in plan.treatments]) == ("control", ["friendly"])
    assert plan.percents == {"control": Decimal(50), "friendly": Decimal(50)}
    assert [(metric.metric, metric.kind, metric.margin) for metric in plan.metrics] == [
        ("quality:resolved", "ratio", None),
        ("error_rate", "ratio", 0.01),
        ("latency_p95", "quantile", 0.2),
    ]
    assert plan.guardrails[1].quantile == 0.95
    assert (plan.design.alpha, plan.design.power, plan.design.looks, plan.alpha) == (0.05, 0.8, 4, 0.05)


ARM = "  - {name: friendly, version: 1.3.0, percent: 50}"
FAULTS = [
    ("percent: 50}\n  - ", "percent: 60}\n  - ", "PC215", 7, "sum to 110 %"),
    ("name: control", "name: old", "PC254", 8, "the first arm is called `old`"),
    ("version: 1.3.0", "version: 1.2.0", "PC254", 9, "two arms are the version 1.2.0"),
    ("name: friendly", "name: control", "PC254", 9, "two arms are called control"),
    ("percent: 50}\n  - ", "percent: 50.005}\n  - ", "PC215", 7, "two decimals"),
    ("metric: error_rate", "metric: eror_rate", "PC254", 13, "`eror_rate` is no metric"),
    ("error_rate, direction", "error_rate, kind: quantile, direction", "PC254", 13, "has no kind `quantile`"),
    ("metric: latency_p95", "metric: error_rate", "PC254", 14, "error_rate stands there twice"),
    ("ends: 2026-12-31", "ends: 2026-02-30", "PC254", 21, "2026-02-30 is no day"),
    ("sample: 12000", "sample: 900", "PC254", 19, "never has the minimum"),
    ("baseline: 0.6", f"baseline: {10**350}", "PC254", 16, "numbers with an end"),
    ("experiment: triage-tone", "experiment: other", "PC254", 2, "is called `other`"),
    ("prompt: support/triage", "prompt: Support", "PC254", 3, "cannot name a prompt"),
    ("segments: [plan]", "segments: [plan, plan]", "PC254", 15, "the segment plan stands there twice"),
    ("unit: user", "unit: user\nstate: running", "PC254", 7, "has `started`"),
    ("unit: user", "unit: user\nlooks: []", "PC254", 7, "a draft has no `looks`"),
    ("unit: user", "units: user", "PC012", 6, "unknown key `units`"),
    ("direction: increase", "direction: up", "PC012", 11, "must be `increase` or `decrease`"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "said"), FAULTS)
def test_every_fault_has_its_place(old: str, new: str, code: str, line: int, said: str) -> None:
    with pytest.raises(DocumentError) as raised:
        changed(old, new)
    found = [problem for problem in raised.value.problems if said in problem.message]
    assert found, raised.value.problems
    assert (found[0].code, found[0].place and found[0].place.line) == (code, line)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(DocumentError) as raised:
        experiment(TEXT.replace("name: control", "name: old").replace("metric: error_rate", "metric: errors"))
    assert len(raised.value.problems) == 2


def test_a_plan_on_one_line_cannot_be_written_below() -> None:
    lines = (
        "{experiment: triage-tone, prompt: a, environment: prod, hypothesis: x, unit: user, arms: [{name: control, "
        "version: 1.0.0, percent: 50}, {name: b, version: 1.1.0, percent: 50}], metrics: {primary: {metric: cost, "
        "direction: decrease}}, design: {minimum_effect: 0.1}}"
    )
    with pytest.raises(DocumentError, match="on one line"):
        experiment(lines)


@pytest.mark.parametrize("text", [TEXT, TEXT + "# the end\n", TEXT.replace("\n", "\r\n"), "---\n" + TEXT])
def test_what_people_wrote_stays_as_they_wrote_it(text: str) -> None:
    plain = text.replace("\r\n", "\n")
    assert planned_text(experiment(text).document) == plain
    assert planned_text(experiment(plain + RECORD).document) == plain
    drafted = plain.replace("unit: user", "state: draft  # not yet\nunit: user")
    assert planned_text(experiment(drafted).document) == plain


def test_digests_tell_what_counts_anew_from_what_does_not() -> None:
    plan = experiment().plan
    assert changed("tone resolves", "voice resolves").plan.digest == plan.digest
    for old, new in [("minimum_effect: 0.02", "minimum_effect: 0.03"), ("[plan]", "[plan, region]")]:
        assert changed(old, new).plan.counted == plan.counted
    assert changed("minimum_effect: 0.02", "minimum_effect: 0.03").plan.digest != plan.digest
    for old, new in [
        ("1.3.0", "1.4.0"),
        ("unit: user", "unit: account"),
        ("quality:resolved", "quality:kind"),
        ("unit: user", "unit: user\nwhen: plan == 'pro'"),
    ]:
        assert changed(old, new).plan.counted != plan.counted


def test_a_record_is_read_and_an_edited_plan_shows() -> None:
    found = experiment(TEXT + RECORD)
    assert (found.state, found.split, found.edited) == ("running", True, True)
    assert found.looks[0].z == {"friendly": 1.5}
    sealed = experiment(TEXT + RECORD.replace("a" * 64, found.plan.digest.removeprefix("sha256:")))
    assert not sealed.edited
    assert sealed.record()["looks"] == [sealed.looks[0].to_dict()]
