"""Evidence of several models for tests."""

from __future__ import annotations

from promptctl.core.evals.evidence import Evidence, Meta, make_evidence
from promptctl.core.evals.tally import CaseResult

TEXT, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def evidence(passed: dict[str, str], subject: str = TEXT) -> Evidence:
    """A model's outcomes, a letter a case: passed, failed, error, or not asked."""
    samples = [
        CaseResult(
            case=f"case {place}", model=model, sample=0, passed=letter == "p", error="x" if letter == "e" else None
        )
        for model, letters in passed.items()
        for place, letter in enumerate(letters)
        if letter != "-"
    ]
    return make_evidence(subject, OTHER, samples, [], Meta(time="2026-01-01T00:00:00Z", tool="0"))
