"""Whether the results of a suite pass its gate: every check with its reason, and one sentence. Fails closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from promptctl.core.evals.budget_check import Tallies, budget_check, rise_check
from promptctl.core.evals.case import Case
from promptctl.core.evals.check import Check, Outcome, pass_drop_check, pass_rate_check, score_check, score_drop_check
from promptctl.core.evals.comparison import Baseline, Pair, Side, compare, results_of, sample_checks, side, side_of
from promptctl.core.evals.gate import BUDGETS, Bound, Gate
from promptctl.core.evals.packed import those
from promptctl.core.evals.segments import judged_together
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.tally import CaseResult, tally
from promptctl.core.scorers.registry import OVERALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``ok`` is whether the gate lets it through, ``sentence`` why; ``comparison`` says what it was compared with.

    ``flaky`` are the cases of which some answers passed and some failed.
    """

    outcome: Outcome
    ok: bool
    sentence: str
    comparison: str
    checks: tuple[Check, ...] = ()
    flaky: tuple[str, ...] = ()


def decide(
    *,
    suite: Suite,
    model: str,
    results: Sequence[CaseResult],
    baseline: Baseline | None = None,
    weakened: Sequence[str] = (),
) -> Verdict:
    """Judges ``results`` by the suite's gate.

    ``model`` is the prompt's own: only its results gate, those of others inform. ``weakened`` are the reasons why the
    suite asks less than the baseline's, unless that was accepted. Missing, foreign and errored samples fail; a gate
    with ``against`` fails without a ``baseline`` that at least says why it is absent.
    """
    found = tally(results_of(results, model))
    own = side_of(suite, found)
    pair, problems, comparison = compare(suite, own, baseline)
    checks = [*_weakened_checks(weakened), *sample_checks(suite, results, model, ""), *problems]
    scoped: list[Check] = []
    for segment, cases in _scopes(suite):
        names = [case.name for case in cases]
        checked = _scope_checks(suite.gate, cases, own.only(names), pair and pair.only(names))
        scoped += [replace(check, segment=segment) for check in checked]
    checks += judged_together(scoped)
    checks += _other_models(suite, results, model)
    flaky = tuple(sorted(case.case for case in found.values() if case.flaky))
    return _verdict(suite.gate, tuple(checks), comparison, flaky)


def _weakened_checks(weakened: Sequence[str]) -> Iterator[Check]:
    if weakened:
        more = f" (and {len(weakened) - 1} more)" if len(weakened) > 1 else ""
        yield Check(name="suite-weakened", outcome="fail", reason=f"suite-weakened: {weakened[0]}{more}")


def _scopes(suite: Suite) -> Iterator[tuple[str | None, Sequence[Case]]]:
    """All cases, then those of each value of each segment's tag; cases without the tag are one more segment."""
    yield None, suite.cases
    for tag in suite.gate.segments:
        for value in sorted({case.tags[tag] for case in suite.cases if tag in case.tags}):
            yield f"{tag}={value}", those(suite.cases, partial(_is_tagged, tag, value))
        if untagged := those(suite.cases, partial(_is_tagged, tag, None)):
            yield f"no {tag}", untagged


def _is_tagged(tag: str, value: str | None, case: Case) -> bool:
    return case.tags.get(tag) == value


def _scope_checks(gate: Gate, cases: Sequence[Case], own: Side, pair: Pair | None) -> Iterator[Check]:
    """The gate's checks over some of the cases; without common cases nothing is compared."""
    comparable = pair if pair and pair.now.tallies else None
    yield pass_rate_check(own.passed, gate.pass_rate.min or 0.0)
    if comparable:
        most = gate.pass_rate.max_drop
        yield pass_drop_check(comparable.before.passed, comparable.now.passed, comparable.label, most)
    expected = {expectation.name for case in cases for expectation in case.expect} | {OVERALL}
    for metric, bound in gate.metrics.items():
        if metric in BUDGETS:
            yield from _budget_checks(metric, bound, own.tallies, comparable)
        elif metric in expected:
            yield from _score_checks(metric, bound, own.tallies, comparable)


def _budget_checks(metric: str, bound: Bound, tallies: Tallies, pair: Pair | None) -> Iterator[Check]:
    if bound.max is not None:
        yield budget_check(metric, tallies, bound.max)
    if bound.max_rise is not None and pair:
        yield rise_check(metric, pair.before.tallies, pair.now.tallies, pair.label, bound.max_rise)


def _score_checks(metric: str, bound: Bound, tallies: Tallies, pair: Pair | None) -> Iterator[Check]:
    if bound.min is not None:
        values = [case.scores[metric] for case in tallies.values() if metric in case.scores]
        yield score_check(metric, values, bound.min)
    if pair:
        now, before = pair.now.tallies, pair.before.tallies
        common = [name for name in now if metric in now[name].scores and metric in before[name].scores]
        drops = [before[name].scores[metric] - now[name].scores[metric] for name in common]
        if drops:
            yield score_drop_check(metric, drops, pair.label, bound.max_drop)


def _other_models(suite: Suite, results: Sequence[CaseResult], own: str) -> Iterator[Check]:
    """What other models made of the same cases: for information."""
    for model in sorted({result.model for result in results} - {own}):
        checks = [*sample_checks(suite, results, model, f"{model}: ")]
        checks.append(pass_rate_check(side(suite, results, model).passed, suite.gate.pass_rate.min or 0.0))
        yield from (replace(check, model=model, gates=False) for check in checks)


def _verdict(gate: Gate, checks: tuple[Check, ...], comparison: str, flaky: tuple[str, ...]) -> Verdict:
    deciding = [check for check in checks if check.gates]
    outcomes = {check.outcome for check in deciding}
    outcome: Outcome = "fail" if "fail" in outcomes else "inconclusive" if "inconclusive" in outcomes else "pass"
    ok = outcome == "pass" or (outcome == "inconclusive" and gate.inconclusive == "pass")
    sentence = _sentence(outcome, deciding, comparison, flaky)
    return Verdict(outcome=outcome, ok=ok, sentence=sentence, comparison=comparison, checks=checks, flaky=flaky)


def _sentence(outcome: Outcome, deciding: Sequence[Check], comparison: str, flaky: Sequence[str]) -> str:
    """The outcome with its first reason, what it was compared with, and the flaky cases."""
    decisive = [check for check in deciding if check.outcome == outcome]
    first, more = decisive[0], len(decisive) - 1
    if outcome == "pass":
        drop = next(
            (check.reason for check in decisive[1:] if check.name in ("pass_rate.drop", "pass_rate.max_drop")), ""
        )
        parts = [first.reason, drop or comparison]
    else:
        others = f", and {more} more {'check' if more == 1 else 'checks'}" if more else ""
        where = f"{first.segment}: " if first.segment else ""
        parts = [f"{where}{first.reason}{others}"]
        parts += [] if first.reason == comparison else [comparison]
    if flaky:
        parts.append(f"flaky: {', '.join(flaky[:3])}" + (f" and {len(flaky) - 3} more" if len(flaky) > 3 else ""))
    return f"{outcome}: {'; '.join(parts)}."
