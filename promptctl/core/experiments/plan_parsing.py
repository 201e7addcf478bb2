"""Reads an experiment's file, with the place of everything in it that does not hold together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from promptctl.core.experiments.experiment import RECORD, Counting, Experiment, Look, Result
from promptctl.core.experiments.metric import Metric, metric_fault
from promptctl.core.experiments.plan import LEAST_UNITS, Design, Plan, PlannedArm
from promptctl.core.files import schema
from promptctl.core.files.document import Document, Path
from promptctl.core.finite import is_finite
from promptctl.core.metrics import METRICS, is_metric, measured, spelled
from promptctl.core.name import name_fault
from promptctl.core.releases.version import version
from promptctl.core.splits.ranges import shared
from promptctl.core.splits.targeting import condition
from promptctl.core.suggestion import suggest
from promptctl.errors import DocumentError, Problem, UsageError

UNFIT = "PC254"
CONTROL = "control"


def parse_experiment(document: Document, name: str) -> Experiment:
    """The experiment of that name that a document holds. Raises DocumentError with every fault and its place."""
    value = document.value
    if document.sound_as != "experiment" or value["experiment"] != name:
        schema.check(document, "experiment")
        if found := tuple(_faults(document, name)):
            raise DocumentError(found)
    counting, result = value.get("counting"), value.get("result")
    return Experiment(
        plan=_plan(value),
        document=document,
        state=value.get("state", "draft"),
        started=value.get("started"),
        counting=Counting(**counting) if counting else None,
        looks=tuple(Look(**look) for look in value.get("looks", ())),
        result=Result(**result) if result else None,
    )


def _plan(value: Mapping[str, Any]) -> Plan:
    metrics = value["metrics"]
    return Plan(
        name=value["experiment"],
        prompt=value["prompt"],
        environment=value["environment"],
        hypothesis=value["hypothesis"],
        unit=value["unit"],
        when=value.get("when"),
        arms=tuple(
            PlannedArm(name=arm["name"], version=version(arm["version"]), percent=_decimal(arm["percent"]))
            for arm in value["arms"]
        ),
        primary=_metric(metrics["primary"]),
        guardrails=tuple(map(_metric, metrics.get("guardrails", ()))),
        secondary=tuple(map(_metric, metrics.get("secondary", ()))),
        segments=tuple(metrics.get("segments", ())),
        design=_design(value["design"]),
    )


def _metric(written: Mapping[str, Any]) -> Metric:
    name, margin = written["metric"], written.get("margin")
    return Metric(
        metric=name,
        kind=written.get("kind") or measured(name).kinds[0],
        direction=written["direction"],
        margin=None if margin is None else float(margin),
    )


def _design(written: Mapping[str, Any]) -> Design:
    least = written.get("minimum", {})
    known = {key: written[key] for key in ("alpha", "power", "baseline", "looks", "sample") if key in written}
    known |= {f"minimum_{key}": least[key] for key in ("units", "days") if key in least}
    ends = written.get("ends")
    return Design(minimum_effect=written["minimum_effect"], ends=date.fromisoformat(ends) if ends else None, **known)


def _decimal(number: float) -> Decimal:
    """The number as it is written."""
    return Decimal(str(number))


def _faults(document: Document, name: str) -> Iterator[Problem]:
    value = document.value
    if value["experiment"] != name:
        message = f"the file is that of `{name}`, and the experiment is called `{value['experiment']}`"
        yield document.problem(UNFIT, message, ("experiment",), "a file has the name of its experiment")
    if fault := name_fault(value["prompt"]):
        yield document.problem(UNFIT, f"{value['prompt']!r} cannot name a prompt: {fault}", ("prompt",))
    lines = [mark.line for path, mark in document.marks.items() if len(path) == 1]
    if len(set(lines)) < len(lines):
        message = "two keys of the plan stand on one line: promptctl could not write below it"
        yield document.problem(UNFIT, message, (), "give each key at the top a line of its own")
    if "when" in value:
        try:
            condition(value["when"])
        except UsageError as error:
            yield document.problem(error.code, error.problem.message, ("when",), error.hint)
    yield from _arm_faults(document, value["arms"])
    yield from _metric_faults(document, value["metrics"])
    yield from _design_faults(document, value)
    yield from _record_faults(document, value)


def _arm_faults(document: Document, arms: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if arms[0]["name"] != CONTROL:
        message = f"the first arm is called `{arms[0]['name']}`"
        hint = "the first arm is the version that is live, and is called control"
        yield document.problem(UNFIT, message, ("arms", 0, "name"), hint)
    for key, what in (("name", "are called"), ("version", "are the version")):
        seen: dict[str, int] = {}
        for index, arm in enumerate(arms):
            if arm[key] in seen:
                yield document.problem(UNFIT, f"two arms {what} {arm[key]}", ("arms", index, key))
            seen.setdefault(arm[key], index)
    if len({arm["name"] for arm in arms}) == len(arms):
        try:
            shared((), {arm["name"]: _decimal(arm["percent"]) for arm in arms})
        except UsageError as error:
            yield document.problem(error.code, error.problem.message, ("arms",), error.hint)


def _metric_faults(document: Document, metrics: Mapping[str, Any]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for path, metric in _metrics(metrics):
        name, kind = metric["metric"], metric.get("kind")
        if fault := metric_fault(name, kind):
            known = metric_fault(name, None) is None
            hint = None if known else suggest(name, METRICS) or f"metrics: {spelled()}"
            yield document.problem(UNFIT, fault, (*path, "kind" if known else "metric"), hint)
            continue
        both = (name, kind or measured(name).kinds[0])
        if both in seen:
            message = f"{both[0]} stands there twice"
            yield document.problem(UNFIT, message, (*path, "metric"), "each metric has one part to play")
        seen.add(both)
    named: list[str] = []
    for index, segment in enumerate(metrics.get("segments", ())):
        if segment in named:
            yield document.problem(UNFIT, f"the segment {segment} stands there twice", ("metrics", "segments", index))
        named.append(segment)


def _metrics(metrics: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    yield ("metrics", "primary"), metrics["primary"]
    for part in ("guardrails", "secondary"):
        for index, metric in enumerate(metrics.get(part, ())):
            yield ("metrics", part, index), metric


def _design_faults(document: Document, value: Mapping[str, Any]) -> Iterator[Problem]:
    design, path = value["design"], ("design",)
    effect, baseline = design["minimum_effect"], design.get("baseline")
    name = value["metrics"]["primary"]["metric"]
    share = is_metric(name) and measured(name).unit == "share"
    if not is_finite(effect) or (baseline is not None and not is_finite(baseline)):
        yield document.problem(UNFIT, "baseline and minimum_effect are numbers with an end", path)
    elif baseline is not None and share and not 0 <= baseline <= 1:
        yield document.problem(UNFIT, f"the baseline of {name} is a share, from 0 to 1", (*path, "baseline"))
    elif share and effect >= 1:
        message = f"an effect of {effect:g} on {name} cannot be"
        yield document.problem(UNFIT, message, (*path, "minimum_effect"), "0.02 is two points of a hundred")
    if "ends" in design:
        try:
            date.fromisoformat(design["ends"])
        except ValueError:
            yield document.problem(UNFIT, f"{design['ends']} is no day of the calendar", (*path, "ends"))
    least = design.get("minimum", {}).get("units", LEAST_UNITS) * len(value["arms"])
    if design.get("sample", least) < least:
        message = f"a sample of {design['sample']} never has the minimum of units in {len(value['arms'])} arms"
        yield document.problem(UNFIT, message, (*path, "sample"), f"sample: {least}, or a lower minimum.units")


def _record_faults(document: Document, value: Mapping[str, Any]) -> Iterator[Problem]:
    """What no command would have written."""
    state = value.get("state", "draft")
    needed = {"draft": (), "running": RECORD[:3], "paused": RECORD[:3]}.get(state, (*RECORD[:3], "result"))
    missing = [key for key in needed if key not in value]
    extra = [key for key in RECORD[1:] if state == "draft" and key in value]
    if missing:
        message = f"an experiment that is {state} has `{missing[0]}`, which promptctl writes"
        yield document.problem(UNFIT, message, ("state",), "state: draft, until promptctl experiment start")
    if extra:
        yield document.problem(UNFIT, f"a draft has no `{extra[0]}`: promptctl writes it", (extra[0],))
