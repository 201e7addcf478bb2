"""Runs of ``ci`` as values: a good change, a bad one, one that nobody can judge, and one by somebody hostile."""

from __future__ import annotations

from promptctl.core.evals.report import Difference
from promptctl.core.lint.finding import Finding
from promptctl.core.lint.rules import found
from promptctl.core.prompts.contract import ContractChange, Reason
from promptctl.core.statistics.interval import Interval
from promptctl.errors import Place, Problem
from promptctl.workflows.changed import ChangedPrompt
from promptctl.workflows.ci_base import CiBase
from promptctl.workflows.ci_compare import BaseComparison
from promptctl.workflows.ci_impact import Impact
from promptctl.workflows.ci_plan import EnvironmentMove, EnvironmentPlan
from promptctl.workflows.ci_result import CiResult
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.judged import Judged
from promptctl.workflows.lint import LintResult

NAME, OTHER = "support/triage", "support/answer"
BASE = CiBase(label="main at 1a2b3c4", commit="1a2b3c4" + "0" * 33)
MINOR = ContractChange(change="minor", reasons=(Reason(field="messages", message="changed", change="minor"),))
MAJOR = ContractChange(
    change="major",
    reasons=(Reason(field="inputs.ticket", message="was removed", change="major"), *MINOR.reasons),
)


def good() -> CiResult:
    """One prompt says the same in other words: nobody breaks, and its suite passes as before."""
    return CiResult(
        base=BASE,
        lint=LintResult(prompts=(OTHER, NAME), findings=(found("L062", "no suite", Place("prompts/x.yaml")),)),
        lock=(),
        changed=(ChangedPrompt(name=NAME, kind="changed", reasons=("messages changed",)),),
        evals=(judged(NAME, compared=comparison(1.0, 1.0, 12)),),
        impacts=(Impact(name=NAME, kind="changed", before="1.2.0", after="1.3.0", contract=MINOR),),
        plans=plans(MINOR),
    )


def bad() -> CiResult:
    """A removed input breaks a call, cases fail that passed, the lock was forgotten, and prod is frozen."""
    lost = ("charged twice", "refund to another card", "a parcel that never came", "angry customer")
    call = Finding(code="L082", level="error", message="`ticket` is passed, which it does not take",
                   place=Place("app/main.py", 14, 5))  # fmt: skip
    frozen = Problem("PC110", "prod is frozen until 2026-12-01 by Ada Tester: holidays")
    return CiResult(
        base=BASE,
        lint=LintResult(prompts=(OTHER, NAME), findings=(found("L001", "unknown input `tickt`",
                        Place(f"prompts/{NAME}/prompt.yaml", 3, 5, "x: {{ tickt }}"), "did you mean `ticket`?"),)),
        lock=(Finding(code="modified", level="error", message=f"{NAME} is not the locked one",
                      place=Place("prompts/prompts.lock"), hint="promptctl lock"),),
        changed=(
            ChangedPrompt(name=OTHER, kind="new"),
            ChangedPrompt(name=NAME, kind="changed", reasons=("inputs changed", "messages changed")),
            ChangedPrompt(name="tools/search", kind="removed"),
        ),
        evals=(judged(NAME, ok=False, compared=comparison(1.0, 0.67, 12, lost=lost, gained=("a joke",))),),
        impacts=(
            Impact(name=OTHER, kind="new", after="1.0.0"),
            Impact(name=NAME, kind="changed", before="1.2.0", after="2.0.0", contract=MAJOR, calls=(call,)),
            Impact(name="tools/search", kind="removed", before="1.0.0"),
        ),
        plans=plans(MAJOR, refusals=(frozen,)),
    )  # fmt: skip


def unknown() -> CiResult:
    """A fork without keys: new answers are not there, and the state branch is not in the clone."""
    asking = f"promptctl ci --base {BASE.commit} --max-cost 0.05"
    return CiResult(
        base=BASE,
        lint=LintResult(prompts=(NAME,), findings=()),
        lock=(),
        changed=(ChangedPrompt(name=NAME, kind="changed", reasons=("messages changed",)),),
        evals=(),
        impacts=(Impact(name=NAME, kind="changed", before="1.2.0", after="1.3.0", contract=MINOR),),
        unjudged=(
            Unjudged(kind="suite", prompt=NAME, why="no recorded reply for 2 cases", command=asking,
                     cases=("charged twice", "a parcel that never came"), price=0.0123, decides=True),
            Unjudged(kind="plan", why="the state branch is not in this clone",
                     command="git fetch --depth=1 origin promptctl-state"),
        ),
    )  # fmt: skip


def hostile(text: str) -> CiResult:
    """Everything that somebody else wrote is ``text``."""
    place = Place(text, 1, 1, text)
    finding = Finding(code="L001", level="error", message=text, place=place, hint=text)
    contract = ContractChange(change="major", reasons=(Reason(field=text, message=text, change="major"),))
    compared = comparison(1.0, 0.5, 2, lost=(text,) * 5, gained=(text,), weaker=(text,))
    move = EnvironmentMove(prompt=text, serving=text, possible=text, direction="DOWNGRADE", contract=contract,
                           gate=text, refusals=(Problem("PC110", text, hint=text),))  # fmt: skip
    return CiResult(
        base=CiBase(label=text, commit="0" * 40),
        lint=LintResult(prompts=(text,), findings=(finding,)),
        lock=(finding,),
        changed=(ChangedPrompt(name=text, kind="changed", reasons=(text,)),),
        evals=(Judged(prompt=text, ok=False, outcome="none", sentence=text, hint=text, comparison=compared),),
        impacts=(Impact(name=text, kind="changed", before=text, after="2", contract=contract, calls=(finding,)),),
        plans=(EnvironmentPlan(environment=text, read=text, after=text, moves=(move,)),),
        unjudged=(Unjudged(kind="suite", prompt=text, why=text, command=text, cases=(text,), decides=True),),
        notes=(text,),
    )


def judged(name: str, *, ok: bool = True, compared: BaseComparison | None = None) -> Judged:
    outcome, number = ("pass", 12) if ok else ("fail", 8)
    sentence = f"{outcome}: {number} of 12 cases pass (100 % asked for)"
    return Judged(prompt=name, ok=ok, outcome=outcome, sentence=sentence, comparison=compared)


def comparison(
    before: float,
    now: float,
    cases: int,
    *,
    lost: tuple[str, ...] = (),
    gained: tuple[str, ...] = (),
    weaker: tuple[str, ...] = (),
) -> BaseComparison:
    interval = Interval(low=now - before - 0.2, high=now - before + 0.2)
    rates = Difference(metric="pass_rate", before=before, now=now, interval=interval)
    cost = Difference(metric="cost", before=0.0012, now=0.0009)
    return BaseComparison(
        label="1.2.0", sentence="compared", cases=cases, lost=lost, gained=gained, differences=(rates, cost),
        weaker=weaker,
    )  # fmt: skip


def plans(contract: ContractChange, refusals: tuple[Problem, ...] = ()) -> tuple[EnvironmentPlan, ...]:
    after = "2.0.0" if contract.change == "major" else "1.3.0"
    staging = EnvironmentMove(prompt=NAME, serving="1.2.0", possible=after, direction="upgrade", contract=contract)
    prod = EnvironmentMove(prompt=NAME, serving="1.1.0", possible=after, direction="upgrade", contract=contract,
                           gate="the gate needs 12 answers that are not there", price=0.0456,
                           refusals=refusals)  # fmt: skip
    return (
        EnvironmentPlan(environment="staging", read="main at 1a2b3c4", moves=(staging,)),
        EnvironmentPlan(environment="prod", read="main at 1a2b3c4", gate="recorded", after="staging", approvals=2,
                        from_ci=True, moves=(prod,)),
    )  # fmt: skip
