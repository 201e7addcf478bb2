"""Evidence as a file: ``result`` is the same byte for byte whenever the same replies are scored by the same suite.

What follows from the samples (counts, scores, intervals) is written for readers and checked when read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from promptctl.core.evals.evidence import Evidence, Meta, compact_number, make_evidence
from promptctl.core.evals.packed import those
from promptctl.core.evals.recording import MAX_KEPT_BYTES
from promptctl.core.evals.tally import CaseResult, ReplyReference, tally
from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.models.request import compact_json
from promptctl.core.statistics.interval import Interval, mean, mean_interval, wilson

INCONSISTENT = "PC059"


def to_dict(evidence: Evidence) -> dict[str, Any]:
    """The evidence as it is stored: ``{"format", "result", "meta"}``."""
    return {"format": 1, "result": result_dict(evidence), "meta": _meta_dict(evidence.meta)}


def result_dict(evidence: Evidence, *, listed: bool = True) -> dict[str, Any]:
    """All that follows from the replies and the suite, in a fixed order.

    Samples are ``listed`` unless that takes more than a file of a repository should (5 MB); else their number and one
    digest over the list stand for them, with how many samples there are of how many cases in turn, by model.
    """
    if evidence.unlisted is not None:
        return dict(evidence.unlisted)
    return {**_summed(evidence), **_samples(evidence.samples, MAX_KEPT_BYTES if listed else -1)[0]}


def _summed(evidence: Evidence) -> dict[str, Any]:
    models = evidence.models
    summaries = {model: _summary(those(evidence.samples, partial(_is_of, model))) for model in models}
    return {
        "subject": evidence.subject,
        "suite": evidence.suite,
        "models": list(models),
        "hosts": list(evidence.hosts),
        "counts": {model: counts for model, (counts, _, _) in summaries.items()},
        "scores": {model: scores for model, (_, scores, _) in summaries.items()},
        "intervals": {model: intervals for model, (_, _, intervals) in summaries.items()},
    }


def _is_of(model: str, sample: CaseResult) -> bool:
    return sample.model == model


def _samples(samples: Sequence[CaseResult], most: int) -> tuple[dict[str, Any], list[str]]:
    """What a result says of its samples, and the lines that spell them where they are listed: in ``most`` bytes."""
    lines: list[str] = []
    size = 0
    hashed = hashlib.sha256(b"promptctl-samples/v1\n")
    for sample in samples:
        line = compact_json(_sample_dict(sample))
        spelled = line.encode()
        hashed.update(spelled + b"\n")
        size += len(spelled)
        if size > most:
            lines.clear()
        else:
            lines.append(line)
    if size <= most:
        return {"samples": [_sample_dict(sample) for sample in samples]}, lines
    asked = {model: _asked(group) for model, group in groupby(samples, key=lambda sample: sample.model)}
    stated = {"count": len(samples), "digest": f"sha256:{hashed.hexdigest()}", "asked": asked}
    return {"samples": [], "unlisted": stated}, []


def _asked(samples: Iterable[CaseResult]) -> list[list[int]]:
    """Of how many cases in turn, sorted by their names, there are how many samples: ``[samples, cases]`` each."""
    counts = (sum(1 for _ in group) for _, group in groupby(samples, key=lambda sample: sample.case))
    return [[count, sum(1 for _ in run)] for count, run in groupby(counts)]


def _summary(
    samples: Sequence[CaseResult],
) -> tuple[dict[str, int], dict[str, float], dict[str, list[float]]]:
    """Of one model's samples: counts, estimates over cases, and their 95 % intervals.

    A case passes here when all its samples do.
    """
    tallies = tally(samples)
    judged = [case for case in tallies.values() if case.judged]
    outcomes = Counter(sample.outcome for sample in samples)
    passed = sum(case.passes == case.samples for case in judged)
    counts = {
        "cases": len(tallies),
        "samples": len(samples),
        "passed": outcomes["pass"],
        "failed": outcomes["fail"],
        "errors": outcomes["error"],
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
    stated, lines = ({}, []) if evidence.unlisted else _samples(evidence.samples, MAX_KEPT_BYTES)
    result = {**(evidence.unlisted or _summed(evidence)), **stated}
    listed = "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"
    spelled = (listed if key == "samples" else compact_json(value) for key, value in result.items())
    head = ",\n".join(f"{compact_json(key)}:{value}" for key, value in zip(result, spelled, strict=True))
    return f'{{"format":1,"result":{{\n{head}}},\n"meta":{compact_json(_meta_dict(evidence.meta))}}}\n'


def from_document(document: Document) -> Evidence:
    """The evidence a file holds.

    Raises DocumentError when it is malformed, or when its counts, scores or intervals are not those of its samples.
    """
    schema.check(document, "evidence")
    written = document.value["result"]
    try:
        meta = _meta(document.value["meta"])
        if "unlisted" in written:
            return _unlisted(written, meta)
        samples = [_sample(sample) for sample in written["samples"]]
        found = make_evidence(written["subject"], written["suite"], samples, written["hosts"], meta)
        derived = _summed(found)
    except (ValueError, OverflowError) as error:
        raise document.error(
            INCONSISTENT, f"not evidence: {error}", ("result", "samples"), "run the suite again"
        ) from None
    wrong = [key for key, value in derived.items() if written[key] != value]
    pairs = zip(found.samples, written["samples"], strict=True)
    wrong += ["samples"] * any(_sample_dict(own) != its for own, its in pairs)
    if wrong:
        message = f"the recorded `{wrong[0]}` do not follow from the samples"
        raise document.error(INCONSISTENT, message, ("result", wrong[0]), "the file was changed: run the suite again")
    return found


def _unlisted(written: Mapping[str, Any], meta: Meta) -> Evidence:
    """What a file says that lists no samples."""
    subject, suite, hosts = written["subject"], written["suite"], tuple(written["hosts"])
    stated = written["unlisted"]
    counted = sum(samples * cases for runs in stated["asked"].values() for samples, cases in runs)
    if written["samples"] or counted != stated["count"] or sorted(stated["asked"]) != written["models"]:
        raise ValueError("the samples are not as many as it says")
    return Evidence(subject=subject, suite=suite, hosts=hosts, samples=(), meta=meta, unlisted=written)


def _sample(written: Mapping[str, Any]) -> CaseResult:
    named = {
        name: tuple(ReplyReference(key=reply["key"], digest=reply["digest"]) for reply in written.get(name, ()))
        for name in ("replies", "graded")
    }
    return CaseResult(**{**written, **named})


def _meta(written: Mapping[str, Any]) -> Meta:
    return Meta(**{**written, "earlier": tuple(_meta(run) for run in written.get("earlier", ()))})
