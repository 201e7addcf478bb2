"""Suites and results as the tests of evals write them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptctl.adapters.files import parse_yaml
from promptctl.core.evals.suite import Suite, parse_suite
from promptctl.core.evals.tally import CaseResult, ReplyReference
from promptctl.core.files.document import Document

MODEL = "echo:echo"
DIGEST = "sha256:" + "ab" * 32
OTHER_DIGEST = "sha256:" + "cd" * 32


def document(text: str) -> Document:
    return parse_yaml(textwrap.dedent(text).encode(), "eval.yaml")


def suite(
    text: str,
    datasets: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    inputs: Iterable[str] = ("ticket", "queues"),
) -> Suite:
    return parse_suite(document(text), datasets or {}, frozenset(inputs))


def simple_suite(cases: int, gate: str = "", repeat: int = 1, expect: str = "contains: x") -> Suite:
    """Cases c0, c1, …, each with the same expectation; ``gate`` is what stands in the braces of the gate."""
    written = "\n".join(
        f"  - {{name: c{index}, inputs: {{ticket: t{index}}}, expect: [{{{expect}}}]}}" for index in range(cases)
    )
    return suite(f"repeat: {repeat}\ncases:\n{written}\ngate: {{{gate}}}\n")


def result(case: str, outcome: str | bool = True, **fields: Any) -> CaseResult:
    """A sample: True passed, False failed, a text is its error."""
    given: dict[str, Any] = {"model": MODEL, "sample": 0, "cost": 0.001, "latency_ms": 100.0, **fields}
    error = outcome if isinstance(outcome, str) else None
    return CaseResult(case=case, passed=outcome is True, error=error, **given)


def results(outcomes: Sequence[str | bool], **fields: Any) -> list[CaseResult]:
    """One sample for each of c0, c1, …"""
    return [result(f"c{index}", outcome, **fields) for index, outcome in enumerate(outcomes)]


def reference(number: int) -> ReplyReference:
    return ReplyReference(key=f"sha256:{number:064x}", digest=f"sha256:{number + 1:064x}")
