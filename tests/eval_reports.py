"""Reports of evals of any size for tests: samples, baseline, answers and kept evidence, made of numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptctl.core.evals.case import Case
from promptctl.core.evals.evidence import Meta, make_evidence
from promptctl.core.evals.report import EvalReport
from promptctl.core.evals.rows import Answers, Enough, differences, make_rows, make_run, paired_check
from promptctl.core.evals.tally import CaseResult, ReplyReference
from promptctl.core.models.request import Reply

MODEL, OTHER = "m-1", "m-2"
WORDS = "the invoice was charged twice so billing will return the second payment within five days".split()
DIGEST = "sha256:" + "ab12" * 16


def sample(
    case: str, outcome: str = "pass", *, model: str = MODEL, index: int = 0, side: str = "now", number: int = 0
) -> CaseResult:
    """One sample, whose reply has a key of its own."""
    return CaseResult(
        case=case,
        model=model,
        sample=index,
        passed=outcome == "pass",
        scores={} if outcome == "error" else {"helpful": (number * 7 % 10) / 10, "score": float(outcome == "pass")},
        error="HTTP 500 from the provider" if outcome == "error" else None,
        cost=None if outcome == "error" else 0.0001 * (1 + number % 7),
        latency_ms=None if outcome == "error" else 300.0 + 40 * (number % 23) + (200 if side == "now" else 0),
        replies=() if outcome == "error" else (ReplyReference(key=f"{side}/{model}/{case}/{index}", digest="d"),),
    )


def answer(number: int, side: str) -> str:
    """A text that depends on the case, and a little on the side."""
    words = [WORDS[(number * 3 + place) % len(WORDS)] for place in range(40 + number % 60)]
    if side == "before":
        words[5:8] = ["a", "different", "phrase"]
    return "\n".join(" ".join(words[start : start + 12]) + "." for start in range(0, len(words), 12))


def report(
    now: Sequence[CaseResult],
    before: Sequence[CaseResult] = (),
    *,
    texts: Mapping[str, str] | None = None,
    cases: Sequence[Case] = (),
    reasons: Mapping[tuple[str, str, int], tuple[str, ...]] | None = None,
    reference: str = "support/triage",
) -> EvalReport:
    """A report with kept evidence of both sides; ``texts`` are the answers by the key of their reply."""
    replies = {key: Reply(text=text) for key, text in (texts or {}).items()}
    own = Answers(model=MODEL, results=now, replies=replies, reasons=reasons or {})
    old = Answers(model=MODEL, results=before, replies=replies) if before else None
    enough = Enough(min_pass=1, repeat=1)
    kept = [("1.0.0", before), ("work", now)] if before else [("work", now)]
    past = [
        (label, make_evidence(DIGEST, DIGEST, found, (), Meta(time=f"2026-11-2{day}T12:00:00Z", tool="promptctl 0")))
        for day, (label, found) in enumerate(kept)
    ]
    sides = (old.side(enough), own.side(enough)) if old else None
    checks = (paired_check(*sides, "prod (1.0.0)"),) if sides else ()
    failing = sum(not result.passed for result in now)
    outcome = "fail" if failing else "pass"
    return EvalReport(
        prompt="support/triage",
        reference=reference,
        subject=DIGEST,
        suite=DIGEST,
        time="2026-11-21T12:00:00Z",
        outcome=outcome,  # type: ignore[arg-type]
        ok=not failing,
        sentence=f"{outcome}: {len(now) - failing} of {len(now)} cases pass (100 % asked for).",
        rows=make_rows(own, old, {case.name: case for case in cases}, enough, past),
        checks=checks,
        baseline="prod (1.0.0)" if before else None,
        differences=tuple(differences(*sides)) if sides else (),
        runs=tuple(run for label, it in past if (run := make_run(label, it, MODEL, enough))),
    )


def many(number: int) -> EvalReport:
    """So many cases, of which some were lost, some gained, some never passed, and some ended in an error."""
    names = [f"ticket {place:04}" for place in range(number)]
    before = [sample(it, _before(place), side="before", number=place) for place, it in enumerate(names)]
    now = [sample(it, _now(place), number=place) for place, it in enumerate(names)]
    texts = {
        f"{side}/{MODEL}/{name}/0": answer(place, side)
        for place, name in enumerate(names)
        for side in ("now", "before")
    }
    cases = [
        Case(
            name=name,
            expect=(),
            tags={"language": ("en", "de", "fr")[place % 3]},
            inputs={"ticket": answer(place, "input")[:160]},
        )
        for place, name in enumerate(names)
    ]
    reasons = {(it.case, MODEL, 0): ("contains: the answer lacks 'billing'",) for it in now if it.outcome == "fail"}
    return report(now, before, texts=texts, cases=cases, reasons=reasons)


def _before(place: int) -> str:
    return "fail" if place % 29 == 3 or place % 31 == 5 else "pass"


def _now(place: int) -> str:
    if place % 97 == 11:
        return "error"
    return "fail" if place % 23 == 7 or place % 29 == 3 else "pass"
