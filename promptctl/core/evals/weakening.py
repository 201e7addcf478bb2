"""What a suite lost against the baseline's: cases, expectations, bounds. A gate must not pass because it asks less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptctl.core.evals.case import Case
from promptctl.core.evals.gate import Bound, Gate
from promptctl.core.evals.suite import Suite
from promptctl.core.models.request import compact_json
from promptctl.core.scorers.registry import NEGATION, OVERALL, Expectation


def weakened(candidate: Suite, baseline: Suite) -> tuple[str, ...]:
    """Sentences that say where ``candidate`` asks less than ``baseline``; none: it asks at least as much.

    Cases are found again by content, so renamed and added ones are fine; one that has its inputs changed, or lost or
    changed an expectation, counts as weakened.
    """
    return (*_lost_cases(candidate, baseline), *_looser_gate(candidate, baseline))


def _lost_cases(candidate: Suite, baseline: Suite) -> Iterator[str]:
    gate = baseline.gate
    waiting: dict[str, list[Case]] = {}
    for case in candidate.cases:
        waiting.setdefault(_question(case, gate), []).append(case)
    same_name = {case.name: case for case in candidate.cases}
    for old in sorted(baseline.cases, key=lambda case: -len(case.expect)):
        offers = waiting.get(_question(old, gate), [])
        kept = next((new for new in _nearest(old, offers) if not _lost(old, new, gate)), None)
        if kept is None:
            yield _reason(old, offers, same_name.get(old.name), gate)
        else:
            offers.remove(kept)


def _nearest(old: Case, offers: list[Case]) -> list[Case]:
    """Candidates for ``old``: the one of its name first, then those that ask least, so that each finds its own."""
    return sorted(offers, key=lambda new: (new.name != old.name, len(new.expect)))


def _question(case: Case, gate: Gate) -> str:
    """What makes two cases the same: inputs, row, and the tags by which the gate divides."""
    tags = {tag: case.tags.get(tag) for tag in gate.segments}
    return _sorted_json([case.inputs, case.row, tags])


def _sorted_json(value: Any) -> str:
    return compact_json(_sorted(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list | tuple) else value


def _lost(old: Case, new: Case, gate: Gate) -> list[Expectation]:
    """The old case's expectations that the new one lacks."""
    present = [_demand(expectation, gate) for expectation in new.expect]
    lost = []
    for expectation in old.expect:
        demand = _demand(expectation, gate)
        if demand in present:
            present.remove(demand)
        else:
            lost.append(expectation)
    return lost


def _demand(expectation: Expectation, gate: Gate) -> str:
    """What an expectation asks; its name and weight only where a bound of the gate depends on them."""
    demand = [expectation.kind, expectation.negate, expectation.argument]
    if expectation.name in gate.metrics:
        demand.append(expectation.name)
    if expectation.name in gate.metrics or OVERALL in gate.metrics:
        demand.append(expectation.weight)
    return _sorted_json(demand)


def _reason(old: Case, offers: list[Case], namesake: Case | None, gate: Gate) -> str:
    twin = next((new for new in offers if new.name == old.name), offers[0] if offers else None)
    if twin is not None:
        lost = ", ".join(f"{NEGATION * item.negate}{item.kind}" for item in _lost(old, twin, gate))
        return f"the case {old.name!r} lost or changed {lost}" if lost else f"the case {old.name!r} is gone"
    if namesake is None:
        return f"the case {old.name!r} is gone"
    changed = "inputs" if _sorted_json(namesake.inputs) != _sorted_json(old.inputs) else "row or tags"
    return f"the case {old.name!r} has other {changed}"


def _looser_gate(candidate: Suite, baseline: Suite) -> Iterator[str]:
    new, old = candidate.gate, baseline.gate
    yield from _looser_bound("pass_rate", new.pass_rate, old.pass_rate)
    for name, bound in old.metrics.items():
        yield from _looser_bound(name, new.metrics.get(name, Bound()), bound)
    if old.against is not None and new.against != old.against:
        yield f"the baseline {old.against!r} is now {new.against!r}" if new.against else "there is no baseline any more"
    yield from (f"the segment {tag!r} is gone" for tag in old.segments if tag not in new.segments)
    if candidate.repeat < baseline.repeat:
        yield f"a case is asked {candidate.repeat} times instead of {baseline.repeat}"
    if new.min_pass * baseline.repeat < old.min_pass * candidate.repeat:
        yield (f"{new.min_pass} of {candidate.repeat} answers must pass instead of {old.min_pass} of {baseline.repeat}")
    if (old.inconclusive, new.inconclusive) == ("fail", "pass"):
        yield "an inconclusive verdict passes now"


def _looser_bound(name: str, new: Bound, old: Bound) -> Iterator[str]:
    """Lower minimum or higher maximum; a bound that is gone is the loosest."""
    for kind in ("min", "max", "max_drop", "max_rise"):
        was, now = getattr(old, kind), getattr(new, kind)
        if was is None:
            continue
        if now is None:
            yield f"{name} has no {kind} any more (it was {was:g})"
        elif now < was if kind == "min" else now > was:
            yield f"the {kind} of {name} is {now:g} instead of {was:g}"
