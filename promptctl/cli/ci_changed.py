"""What changed, one row for each prompt: all that a reader has to know of it in ten seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from promptctl.core.counting import count
from promptctl.reports.ci_report import ARROW, GRAVEST, STOP, Cell, Mark, Own, Section, Sign, named, pieces_of

if TYPE_CHECKING:
    from promptctl.workflows.ci_impact import Impact
    from promptctl.workflows.ci_result import CiResult
    from promptctl.workflows.judged import Judged


def changed_section(result: CiResult) -> Section:
    """The prompts that changed, the gravest first."""
    if result.changed is None:
        return Section(title="changed", mark="??", line="not known", folded=False)
    impacts = {it.name: it for it in result.impacts}
    judged = {it.prompt: it for it in result.evals}
    open_ = {it.prompt for it in result.unknown}
    rows = []
    for found in result.changed:
        impact, suite = impacts.get(found.name), judged.get(found.name)
        mark = _mark(suite, impact, found.name in open_)
        ran = Own("not judged") if found.name in open_ and (suite is None or not suite.ok) else _suite(suite)
        change = _change(found.kind, impact, found.reasons)
        rows.append((mark, (Sign(mark), found.name, change, _versions(impact), _breaks(impact), ran)))
    rows.sort(key=lambda row: GRAVEST.index(row[0]))
    worst = rows[0][0] if rows else "ok"
    return Section(
        title="changed",
        mark=worst,
        line=count(len(result.changed), "prompt"),
        headers=("", "prompt", "change", "version", "who would break", "suite, before → now"),
        rows=[row for _, row in rows],
        folded=False,
    )


def _mark(suite: Judged | None, impact: Impact | None, open_: bool) -> Mark:
    if suite and not suite.ok:
        return suite_mark(suite)
    if open_:
        return "??"
    return "!!" if impact and (impact.calls or impact.kind == "removed" or _class(impact) == "major") else "ok"


def suite_mark(judged: Judged) -> Mark:
    """Whether a suite passes, fails, or has no verdict that anybody could know."""
    return "ok" if judged.ok else "??" if judged.outcome == "unknown" else "no"


def _class(impact: Impact | None) -> str:
    return impact.contract.change if impact and impact.contract else ""


def _change(kind: str, impact: Impact | None, reasons: Sequence[str]) -> Cell:
    words = {"suite": "judged otherwise", "changed": ""}.get(kind, kind)
    said = ", ".join(it for it in (words, _class(impact)) if it not in ("", "none"))
    return (Own(f"{said}: " if said and reasons else said), ", ".join(reasons))


def _versions(impact: Impact | None) -> Cell:
    if impact is None or impact.before == impact.after:
        return (impact and impact.after) or ""
    after = impact.after or Own("gone" if impact.kind == "removed" else "not locked")
    return (impact.before or Own("nothing"), ARROW, after)


def _breaks(impact: Impact | None) -> Cell:
    """The calls that fail, else what callers have to know, else nobody."""
    if impact is None:
        return ""
    if impact.calls:
        return named([str(it.place) for it in impact.calls])
    if impact.kind == "removed":
        return Own("whoever asks for it")
    if impact.contract and impact.contract.change == "major":
        return named([f"{it.field} {it.message}" for it in impact.contract.reasons if it.change == "major"])
    return Own("nobody")


def _suite(judged: Judged | None) -> Cell:
    if judged is None:
        return Own("no suite was run")
    comparison = judged.comparison
    rate = next((it for it in comparison.differences if it.metric == "pass_rate"), None) if comparison else None
    if comparison is None or rate is None:
        return (Own(_answers(judged)),)
    lost = (STOP, Own("fails now: "), *pieces_of(named(comparison.lost))) if comparison.lost else ()
    gained = (STOP, Own(f"passes now: {len(comparison.gained)}")) if comparison.gained else ()
    before, now = (f"{value:.0%}".replace("%", " %") for value in (rate.before, rate.now))
    return (Own(f"{before} → {now} of {count(comparison.cases, 'case')}"), *lost, *gained)


def _answers(judged: Judged) -> str:
    if judged.result is None:
        return "no verdict"
    passed = sum(it.passed for it in judged.result.results)
    return f"{judged.outcome}: {passed} of {count(len(judged.result.results), 'answer')}"


def changes(result: CiResult) -> str:
    """How many prompts changed."""
    number = len(result.changed or ())
    return f"{count(number, 'prompt')} changed" if number else "no prompt changed"
