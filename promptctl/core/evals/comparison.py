"""The two sides of a verdict: what could be judged of candidate and baseline, and the cases they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq

from promptctl.core.counting import count
from promptctl.core.evals.check import Check
from promptctl.core.evals.packed import those
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.tally import CaseResult, Tally, tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the candidate is compared with, under the candidate's suite; ``model`` is the baseline's own.

    ``refused`` are the cases that the baseline's contract does not accept. ``absent`` says why there is nothing to
    compare with, which is no failure; ``broken`` why what should be compared could not run, which is one.
    """

    label: str
    model: str = ""
    results: Sequence[CaseResult] = ()
    refused: frozenset[str] = frozenset()
    absent: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side's cases whose every sample could be judged, in the suite's order, and whether they pass."""

    tallies: Mapping[str, Tally]
    passed: Mapping[str, bool]

    def only(self, cases: Iterable[str]) -> Side:
        """The same over some of its cases."""
        kept = [case for case in cases if case in self.tallies]
        if len(kept) == len(self.tallies) and all(map(eq, kept, self.tallies)):
            return self
        return Side({case: self.tallies[case] for case in kept}, {case: self.passed[case] for case in kept})


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides over the cases that both could judge."""

    label: str
    before: Side
    now: Side

    def only(self, cases: Sequence[str]) -> Pair:
        """The same over some of its cases."""
        return Pair(self.label, self.before.only(cases), self.now.only(cases))


def results_of(results: Sequence[CaseResult], model: str) -> Sequence[CaseResult]:
    """The results of one model."""
    return those(results, lambda result: result.model == model)


def side(suite: Suite, results: Sequence[CaseResult], model: str) -> Side:
    """What one model's results say of the suite's cases."""
    return side_of(suite, tally(results_of(results, model)))


def side_of(suite: Suite, found: Mapping[str, Tally]) -> Side:
    """What one model's tallies say of the suite's cases."""
    tallies = {case.name: found[case.name] for case in suite.cases if case.name in found and found[case.name].judged}
    return Side(tallies, {name: item.passed(suite.gate.min_pass, suite.repeat) for name, item in tallies.items()})


def sample_checks(
    suite: Suite, results: Sequence[CaseResult], model: str, whose: str, refused: frozenset[str] = frozenset()
) -> Iterator[Check]:
    """Fails for samples that ended in an error, were not run, or belong to no case of the suite.

    ``whose`` opens each reason; ``refused`` cases need no samples.
    """
    own = results_of(results, model)
    if not own:
        yield _failed("answers", f"{whose}{model} answered no case")
        return
    if errors := those(own, lambda result: result.error is not None):
        first = f"{errors[0].case}: {errors[0].error}"
        yield _failed("errors", f"{whose}{len(errors)} of {len(own)} answers ended in an error ({first})")
    wanted = [case.name for case in suite.cases if case.name not in refused]
    asked = Counter(case for case, _ in {(result.case, result.sample) for result in own})
    if missing := [name for name in wanted if asked[name] < suite.repeat]:
        yield _failed("answers", f"{whose}{len(missing)} of {len(wanted)} cases lack answers, first {missing[0]}")
    if foreign := sorted(asked.keys() - {case.name for case in suite.cases}):
        yield _failed("answers", f"{whose}{foreign[0]} is no case of this suite")


def _failed(name: str, reason: str) -> Check:
    return Check(name=name, outcome="fail", reason=reason)


def compare(suite: Suite, own: Side, baseline: Baseline | None) -> tuple[Pair | None, tuple[Check, ...], str]:
    """Both sides over common cases, what is wrong with the baseline, and a clause that says what was compared."""
    if baseline is None:
        if suite.gate.against is None:
            return None, (), "no baseline is asked for"
        return _uncompared(f"not compared with {suite.gate.against}: it was not run")
    if baseline.absent:
        return None, (), f"no baseline: {baseline.absent}"
    if baseline.broken:
        return _uncompared(f"not compared with {baseline.label}: {baseline.broken}")
    accepted = [case.name for case in suite.cases if case.name not in baseline.refused]
    if not accepted:
        return _uncompared(f"not compared: the contract of {baseline.label} accepts none of the cases")
    whose = f"baseline {baseline.label}: "
    problems = tuple(sample_checks(suite, baseline.results, baseline.model, whose, baseline.refused))
    before = side(suite, baseline.results, baseline.model).only(accepted)
    common = [name for name in before.tallies if name in own.tallies]
    left_out = len(suite.cases) - len(accepted)
    note = f" ({left_out} more do not fit its contract)" if left_out else ""
    comparison = f"compared with {baseline.label} over {count(len(common), 'case')}{note}"
    return Pair(baseline.label, before.only(common), own.only(common)), problems, comparison


def _uncompared(reason: str) -> tuple[None, tuple[Check, ...], str]:
    return None, (_failed("baseline", reason),), reason
