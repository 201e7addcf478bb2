"""The sections of a CI run, of whatever was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from promptctl.cli.ci_changed import changed_section, changes, suite_mark
from promptctl.core.counting import count
from promptctl.core.evals.check import spell
from promptctl.reports.ci_report import (
    ARROW,
    FINDING_HEADERS,
    GRAVEST,
    STOP,
    Cell,
    CiReport,
    Mark,
    Own,
    Section,
    Sign,
    finding_rows,
    named,
    pieces_of,
)

if TYPE_CHECKING:
    from promptctl.core.lint.finding import Finding
    from promptctl.workflows.ci_compare import BaseComparison
    from promptctl.workflows.ci_impact import Impact
    from promptctl.workflows.ci_plan import EnvironmentMove, EnvironmentPlan
    from promptctl.workflows.ci_result import CiResult
    from promptctl.workflows.ci_unjudged import Unjudged
    from promptctl.workflows.judged import Judged


def ci_report(result: CiResult) -> CiReport:
    """The verdict, then what changed, what could not be judged, what environments ask, and the details."""
    sections = (
        changed_section(result),
        _unjudged(result),
        *([_environments(result.plans)] if result.plans else []),
        _lint(result),
        _findings("lock", result.lock, "agrees with the files"),
        _suites(result),
        *(it for it in (_cases(result.evals), _metrics(result.evals), _contract(result.impacts)) if it.rows),
    )
    outcome = result.outcome
    return CiReport(outcome=outcome, sentence=_sentence(result), base=result.base.label, sections=sections)


def failed_report(findings: Sequence[Finding]) -> CiReport:
    """Of a run that an error stopped."""
    section = Section(
        title="not run", mark="no", line=count(len(findings), "error"), headers=FINDING_HEADERS,
        rows=finding_rows(findings), folded=False,
    )  # fmt: skip
    sentence = "an error stopped the run, so nothing was judged"
    return CiReport(outcome="error", sentence=sentence, sections=(section,))


def _sentence(result: CiResult) -> str:
    """The parts that say no, or what could not be judged, else what was."""
    wrong = [
        f"lint has {_levels(result)}" if not result.lint.ok else "",
        f"the lock has {count(len(result.lock), 'finding')}" if result.lock else "",
        _passed(result) if any(not it.ok for it in result.evals) else "",
    ]
    said = [it for it in wrong if it]
    if result.unknown:
        said.append(f"{count(len(result.unknown), 'thing')} that had to be judged could not be")
    changed = "which prompts changed is not known" if result.changed is None else changes(result)
    return "; ".join(said or [changed, _passed(result)])


def _passed(result: CiResult) -> str:
    if not result.evals:
        return "no suite to run"
    passed = sum(found.ok for found in result.evals)
    return f"{passed} of {count(len(result.evals), 'suite')} passed"


def _lint(result: CiResult) -> Section:
    rows = finding_rows(result.lint.findings)
    line = f"{count(len(result.lint.prompts), 'prompt')}, {_levels(result) or 'nothing to report'}"
    return Section(title="lint", mark="ok" if result.lint.ok else "no", line=line, headers=FINDING_HEADERS, rows=rows)


def _levels(result: CiResult) -> str:
    return ", ".join(count(number, level) for level, number in result.lint.counts.items() if number)


def _findings(title: str, findings: Sequence[Finding], fine: str) -> Section:
    line = count(len(findings), "finding") if findings else fine
    mark: Mark = "no" if findings else "ok"
    return Section(title=title, mark=mark, line=line, headers=FINDING_HEADERS, rows=finding_rows(findings))


def _suites(result: CiResult) -> Section:
    evals = sorted(result.evals, key=lambda found: GRAVEST.index(suite_mark(found)))
    rows: list[tuple[Cell, ...]] = [
        (found.outcome, found.prompt, found.sentence + (f" ({found.hint})" if found.hint else ""), _cost(found.cost))
        for found in evals
    ]
    mark: Mark = suite_mark(evals[0]) if evals else "ok"
    return Section(
        title="suites",
        mark=mark,
        line=_passed(result) + _spent(result),
        headers=("outcome", "prompt", "verdict", "cost"),
        rows=rows,
    )


def _spent(result: CiResult) -> str:
    return f", {count(result.asked, 'answer')} asked for now, ${result.spent:.4f}" if result.asked else ""


def _cost(cost: float | None) -> Cell:
    return "" if cost is None else Own(f"${cost:.4f}")


def _comparisons(evals: Sequence[Judged]) -> Iterator[tuple[str, BaseComparison]]:
    for found in evals:
        if found.comparison:
            yield found.prompt, found.comparison


def _cases(evals: Sequence[Judged]) -> Section:
    """Cases that came out otherwise than in the base."""
    lost = [(name, Own("fails now"), case) for name, it in _comparisons(evals) for case in it.lost]
    gained = [(name, Own("passes now"), case) for name, it in _comparisons(evals) for case in it.gained]
    weaker = [(name, Own("asks for less"), text) for name, it in _comparisons(evals) for text in it.weaker]
    numbers = {"fail now": lost, "pass now": gained, "ask for less": weaker}
    return Section(
        title="cases",
        mark="!!" if lost or weaker else "ok",
        line=", ".join(f"{len(found)} {what}" for what, found in numbers.items() if found),
        headers=("prompt", "what", "case"),
        rows=[*lost, *weaker, *gained],
    )


def _metrics(evals: Sequence[Judged]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for name, comparison in _comparisons(evals):
        for it in comparison.differences:
            interval = f"{spell(it.interval.low)} to {spell(it.interval.high)}" if it.interval else ""
            numbers = (spell(it.before), spell(it.now), f"{round(it.now - it.before, 6) + 0:+.4g}", interval)
            rows.append((name, it.metric, *map(Own, numbers)))
    return Section(
        title="before and now",
        mark="!!" if any(it.lost for _, it in _comparisons(evals)) else "ok",
        line=count(len(rows), "estimate"),
        headers=("prompt", "metric", "before", "now", "change", "90 % interval"),
        rows=rows,
    )


def _contract(impacts: Sequence[Impact]) -> Section:
    calls: list[tuple[Cell, ...]] = [
        (impact.name, Own("breaks"), str(call.place), call.message) for impact in impacts for call in impact.calls
    ]
    reasons = sorted(
        ((impact.name, it) for impact in impacts for it in (impact.contract.reasons if impact.contract else ())),
        key=lambda found: found[1].change != "major",
    )
    rows = [*calls, *((name, Own(it.change), it.field, it.message) for name, it in reasons)]
    major = sum(it.change == "major" for _, it in reasons)
    return Section(
        title="callers",
        mark="!!" if calls or major else "ok",
        line=f"{count(len(calls), 'call')} would break, {count(major, 'fact')} of the contract broken"
        if calls or major
        else "nobody breaks",
        headers=("prompt", "class", "where", "what"),
        rows=rows,
    )


def _environments(plans: Sequence[EnvironmentPlan]) -> Section:
    rows = [(plan.environment, move.prompt, _move(move), _asked(plan, move)) for plan in plans for move in plan.moves]
    held = any(move.refusals for plan in plans for move in plan.moves)
    possible = sum(move.moves for plan in plans for move in plan.moves)
    return Section(
        title="environments",
        mark="!!" if held else "ok",
        line=count(possible, "move") + " possible once this is merged" if possible else "nothing to move",
        headers=("environment", "prompt", "serves now → possible", "what is asked there"),
        rows=rows,
        folded=False,
    )


def _move(move: EnvironmentMove) -> Cell:
    versions = (move.serving or Own("nothing"), ARROW, move.possible or Own("nothing"))
    words = {"upgrade": "", "first": "", "same": " (the same)"}.get(move.direction, f" ({move.direction})")
    change = f" ({move.contract.change})" if move.contract and move.contract.change != "none" else ""
    return (*versions, Own(words), Own(change))


def _asked(plan: EnvironmentPlan, move: EnvironmentMove) -> Cell:
    """Gate and its price, order, approvals, and what stands in the way already."""
    pieces: list[str] = [STOP, move.gate] if move.gate else []
    if move.price:
        pieces.append(Own(f" (${move.price:.4f})"))
    pieces += [STOP, Own("after "), plan.after] if plan.after else []
    pieces += [STOP, Own(count(plan.approvals, "approval"))] if plan.approvals else []
    pieces += [STOP, Own("from CI only")] if plan.from_ci else []
    for refusal in move.refusals:
        pieces += [STOP, refusal.message]
    return tuple(pieces[1:]) or Own("nothing")


def _unjudged(result: CiResult) -> Section:
    rows = [*(_open(it) for it in result.unjudged), *((Sign("!!"), Own("note"), "", text, "") for text in result.notes)]
    decides = f", {len(result.unknown)} of which had to be" if result.unknown else ""
    return Section(
        title="not judged",
        mark="??" if rows else "ok",
        line=count(len(rows), "thing") + decides if rows else "nothing",
        headers=("", "what", "prompt", "why", "how to judge it"),
        rows=rows,
        folded=False,
    )


def _open(it: Unjudged) -> tuple[Cell, ...]:
    cases = (STOP, *pieces_of(named(it.cases))) if it.cases else ()
    price = (Own(f" (${it.price:.4f})"),) if it.price else ()
    sign = Sign("??" if it.decides else "!!")
    return (sign, Own(it.kind), it.prompt or "", (it.why, *cases), (it.command or "", *price))
