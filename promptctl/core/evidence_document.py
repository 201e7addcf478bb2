"""Evidence as a file: ``result`` is the same byte for byte whenever the same replies are scored by the same suite.

What follows from the samples (counts, scores, intervals) is written for readers and checked when read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptctl.core import schema
from promptctl.core.document import Document
from promptctl.core.evidence import Evidence, Meta, compact_number, make_evidence
from promptctl.core.request import compact_json
from promptctl.core.statistics.interval import Interval, mean, mean_interval, wilson
from promptctl.core.tally import CaseResult, ReplyReference, tally

INCONSISTENT = "PC059"


def to_dict(evidence: Evidence) -> dict[str, Any]:
    """The evidence as it is stored: ``{"format", "result", "meta"}``."""
    return {"format": 1, "result": result_dict(evidence), "meta": _meta_dict(evidence.meta)}


def result_dict(evidence: Evidence) -> dict[str, Any]:
    """All that follows from the replies and the suite, in a fixed order."""
    models = sorted({sample.model for sample in evidence.samples})
    summaries = {model: _summary(evidence.samples, model) for model in models}
    return {
        "subject": evidence.subject,
        "suite": evidence.suite,
        "models": models,
        "hosts": list(evidence.hosts),
        "counts": {model: counts for model, (counts, _, _) in summaries.items()},
        "scores": {model: scores for model, (_, scores, _) in summaries.items()},
        "intervals": {model: intervals for model, (_, _, intervals) in summaries.items()},
        "samples": [_sample_dict(sample) for sample in evidence.samples],
    }


def _summary(
    samples: Sequence[CaseResult], model: str
) -> tuple[dict[str, int], dict[str, float], dict[str, list[float]]]:
    """Counts, estimates over cases, and their 95 % intervals; a case passes here when all its samples do."""
    own = [sample for sample in samples if sample.model == model]
    judged = [case for case in tally(own).values() if case.judged]
    passed = sum(case.passes == case.samples for case in judged)
    counts = {
        "cases": len({sample.case for sample in own}),
        "samples": len(own),
        "passed": sum(sample.outcome == "pass" for sample in own),
        "failed": sum(sample.outcome == "fail" for sample in own),
        "errors": sum(sample.outcome == "error" for sample in own),
    }
    scores: dict[str, float] = {}
    intervals: dict[str, list[float]] = {}
    if judged:
        scores["pass_rate"] = compact_number(passed / len(judged))
        intervals["pass_rate"] = _pair(wilson(passed, len(judged)))
    for name in sorted({name for case in judged for name in case.scores}):
        values = [case.scores[name] for case in judged if name in case.scores]
        scores[name] = compact_number(mean(values))
        if interval := mean_interval(values, least=0.0, most=1.0):
            intervals[name] = _pair(interval)
    return counts, scores, intervals


def _pair(interval: Interval) -> list[float]:
    return [compact_number(interval.low), compact_number(interval.high)]


def _sample_dict(sample: CaseResult) -> dict[str, Any]:
    graded = {"graded": _references(sample.graded), "judge_cost": sample.judge_cost} if sample.graded else {}
    return {
        "case": sample.case,
        "model": sample.model,
        "sample": sample.sample,
        "passed": sample.passed,
        "scores": dict(sample.scores),
        "error": sample.error,
        "cost": sample.cost,
        "latency_ms": sample.latency_ms,
        "replies": _references(sample.replies),
        **graded,
    }


def _references(replies: Sequence[ReplyReference]) -> list[dict[str, str]]:
    return [{"key": reply.key, "digest": reply.digest} for reply in replies]


def _meta_dict(meta: Meta) -> dict[str, Any]:
    durations = {name: compact_number(seconds) for name, seconds in sorted(meta.durations.items())}
    written = {"time": meta.time, "tool": meta.tool, "durations": durations, "replies": meta.replies}
    return written | ({"earlier": [_meta_dict(run) for run in meta.earlier]} if meta.earlier else {})


def to_text(evidence: Evidence) -> str:
    """The file's text: JSON with one sample a line, so that a further run reads as added lines."""
    result = result_dict(evidence)
    samples = ",\n".join(compact_json(sample) for sample in result.pop("samples"))
    head = ",\n".join(f"{compact_json(key)}:{compact_json(value)}" for key, value in result.items())
    meta = compact_json(_meta_dict(evidence.meta))
    return f'{{"format":1,"result":{{\n{head},\n"samples":[\n{samples}\n]}},\n"meta":{meta}}}\n'


def from_document(document: Document) -> Evidence:
    """The evidence a file holds.

    Raises DocumentError when it is malformed, or when its counts, scores or intervals are not those of its samples.
    """
    schema.check(document, "evidence")
    written = document.value["result"]
    try:
        samples = [_sample(sample) for sample in written["samples"]]
        meta = _meta(document.value["meta"])
        found = make_evidence(written["subject"], written["suite"], samples, written["hosts"], meta)
        derived = result_dict(found)
    except (ValueError, OverflowError) as error:
        raise document.error(
            INCONSISTENT, f"not evidence: {error}", ("result", "samples"), "run the suite again"
        ) from None
    for key, value in derived.items():
        if written[key] != value:
            message = f"the recorded `{key}` do not follow from the samples"
            raise document.error(INCONSISTENT, message, ("result", key), "the file was changed: run the suite again")
    return found


def _sample(written: Mapping[str, Any]) -> CaseResult:
    named = {
        name: tuple(ReplyReference(key=reply["key"], digest=reply["digest"]) for reply in written.get(name, ()))
        for name in ("replies", "graded")
    }
    return CaseResult(**{**written, **named})


def _meta(written: Mapping[str, Any]) -> Meta:
    return Meta(**{**written, "earlier": tuple(_meta(run) for run in written.get("earlier", ()))})
