"""The rule over a suite's results: bounds on the pass rate and on metrics, the baseline, segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from promptctl.core.evals.case import Case
from promptctl.core.files.document import Document, Path
from promptctl.core.scorers.registry import OVERALL
from promptctl.core.suggestion import suggest
from promptctl.errors import DocumentError, Problem

GATE = "PC055"
BUDGETS = ("cost", "latency_p95")
"""Metrics of every suite that are better when lower: US dollars a case, and milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a metric must keep; None is no bound. ``max_rise`` is a share of the baseline's value."""

    min: float | None = None
    max: float | None = None
    max_drop: float | None = None
    max_rise: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What must hold for a suite's results to pass.

    ``against`` names the baseline (an environment or a reference); the cases of each value of a tag in ``segments``
    must pass by themselves; a case passes when ``min_pass`` of its repeats do.
    """

    pass_rate: Bound = Bound(min=1.0)
    metrics: Mapping[str, Bound] = field(default_factory=dict)
    against: str | None = None
    segments: tuple[str, ...] = ()
    min_pass: int = 1
    inconclusive: Literal["fail", "pass"] = "fail"


def parse_gate(document: Document, cases: Sequence[Case], repeat: int) -> Gate:
    """The gate that a checked ``eval.yaml`` writes. Raises DocumentError for bounds that no result could be held to."""
    written = document.value.get("gate", {})
    problems = tuple(_problems(document, written, cases, repeat))
    if problems:
        raise DocumentError(problems)
    return Gate(
        pass_rate=_pass_rate(written.get("pass_rate", {})),
        metrics={name: Bound(**_floats(bound)) for name, bound in sorted(written.get("metrics", {}).items())},
        against=written.get("against"),
        segments=tuple(written.get("segments", ())),
        min_pass=written.get("min_pass", repeat),
        inconclusive=written.get("inconclusive", "fail"),
    )


def _pass_rate(written: Mapping[str, Any]) -> Bound:
    return Bound(**{"min": 1.0} | _floats(written))


def _floats(written: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in written.items()}


def _problems(document: Document, written: Mapping[str, Any], cases: Sequence[Case], repeat: int) -> Iterator[Problem]:
    if written.get("min_pass", repeat) > repeat:
        message = f"min_pass {written['min_pass']} is more than the {repeat} answers of a case"
        yield document.problem(GATE, message, ("gate", "min_pass"), "raise `repeat` or lower `min_pass`")
    metrics = written.get("metrics", {})
    known = {expectation.name for case in cases for expectation in case.expect} | {OVERALL, *BUDGETS}
    for name in metrics:
        if name == "pass_rate":
            yield document.problem(GATE, "`pass_rate` is no metric", ("gate", "metrics", name), "write gate.pass_rate")
        elif name not in known:
            hint = suggest(name, known) or f"metrics of this suite: {', '.join(sorted(known))}"
            yield document.problem(GATE, f"no expectation is named `{name}`", ("gate", "metrics", name), hint)
    tags = {tag for case in cases for tag in case.tags}
    for index, tag in enumerate(written.get("segments", ())):
        if tag not in tags:
            hint = suggest(tag, tags) or f"tags: {', '.join(sorted(tags)) or 'none'}"
            yield document.problem(GATE, f"no case has the tag `{tag}`", ("gate", "segments", index), hint)
    if "against" not in written:
        yield from _without_baseline(document, written)


def _without_baseline(document: Document, written: Mapping[str, Any]) -> Iterator[Problem]:
    bounds: list[tuple[Path, Mapping[str, Any]]] = [(("gate", "pass_rate"), written.get("pass_rate", {}))]
    bounds.extend((("gate", "metrics", name), bound) for name, bound in written.get("metrics", {}).items())
    for path, bound in bounds:
        for key in ("max_drop", "max_rise"):
            if key in bound:
                hint = "write gate.against: an environment or a reference"
                yield document.problem(GATE, f"`{key}` compares with a baseline, and there is none", (*path, key), hint)
