"""Reports of evals as JUnit XML, as CI systems read it: a suite for each prompt, a case for each case and model.

What failed and what could not be judged stay apart: ``failure`` and ``error``. The gate's verdict is a case of its
own, because a suite may pass its gate with failing cases, and fail it without any.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from promptctl.core.eval_report import EvalReport, Row
from promptctl.core.safe_text import safe_text

MAX_TEXT = 10_000
"""Characters of one text: CI systems drop files that are too large."""


def eval_junit(reports: Sequence[EvalReport]) -> bytes:
    """The document, UTF-8. Characters that XML cannot hold are spelled out."""
    root = Element("testsuites")
    for number, report in enumerate(reports):
        _suite(root, number, report)
    indent(root)
    body: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def _suite(root: Element, number: int, report: EvalReport) -> None:
    counts = report.counts
    times = [_seconds(row) for row in report.rows]
    suite = _element(
        root,
        "testsuite",
        name=report.reference,
        id=str(number),
        package=report.prompt,
        hostname="localhost",
        timestamp=report.time.removesuffix("Z"),
        tests=str(len(report.rows) + 1),
        failures=str(counts["fail"] + (not report.ok)),
        errors=str(counts["error"]),
        time=f"{sum(times):.3f}",
    )
    properties = SubElement(suite, "properties")
    for name, value in _properties(report).items():
        _element(properties, "property", name=name, value=value)
    gate = _element(suite, "testcase", classname=report.prompt, name="gate", time="0.000")
    if not report.ok:
        _element(gate, "failure", report.sentence, message=report.sentence, type=report.outcome)
    for row, seconds in zip(report.rows, times, strict=True):
        _case(suite, report.prompt, row, seconds)
    _element(suite, "system-out", "\n".join([report.sentence, *report.notes]))
    _element(suite, "system-err")


def _properties(report: EvalReport) -> dict[str, str]:
    cost = {} if report.cost is None else {"cost_usd": f"{report.cost:.6f}"}
    baseline = {"baseline": report.baseline} if report.baseline else {}
    named = {"outcome": report.outcome, "subject": report.subject, "suite": report.suite}
    before = {f"{it.metric}.before": f"{it.before:.6g}" for it in report.differences}
    now = {f"{it.metric}.now": f"{it.now:.6g}" for it in report.differences}
    return {**named, **baseline, **cost, **before, **now}


def _seconds(row: Row) -> float:
    return sum(answer.latency_ms or 0.0 for answer in row.now) / 1000


def _case(suite: Element, prompt: str, row: Row, seconds: float) -> None:
    classname = f"{prompt}.{row.model}"
    case = _element(suite, "testcase", classname=classname, name=row.case, time=f"{seconds:.3f}")
    if row.outcome != "pass":
        kind = "error" if row.outcome == "error" else "failure"
        message = "; ".join(row.why) or f"{row.passes} of {len(row.now)} answers passed"
        _element(case, kind, _told(row), message=message, type=row.change or row.outcome)


def _told(row: Row) -> str:
    """Every answer with its outcome and reasons."""
    blocks = []
    for answer in row.now:
        lines = [f"answer {answer.sample + 1}: {answer.outcome}", *answer.why, *([answer.text] if answer.text else [])]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _element(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    found = SubElement(parent, tag, {name: _clean(value) for name, value in attributes.items()})
    if text:
        found.text = _clean(text)
    return found


def _clean(text: str) -> str:
    """Text that XML 1.0 can hold: two code points remain that are no characters, once controls are spelled out."""
    cut = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text) - MAX_TEXT} characters are left out)"
    return safe_text(cut).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
