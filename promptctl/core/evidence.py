"""Evidence: every sample of one prompt's digest under one suite, and how they were made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from promptctl.core.recording import reply_to_dict
from promptctl.core.request import Reply, compact_json
from promptctl.core.tally import CaseResult
from promptctl.errors import StateError

UNPOOLABLE = "PC060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """How evidence was made: when (ISO 8601, UTC), by which version of the tool, and what took how many seconds.

    ``replies`` says whether the repository keeps the replies; ``earlier`` lists the runs pooled before this one.
    """

    time: str
    tool: str
    durations: Mapping[str, float] = field(default_factory=dict)
    replies: Literal["kept", "external"] = "kept"
    earlier: tuple[Meta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Samples of one subject (a prompt's digest) under one suite (its digest). Made by ``make_evidence``."""

    subject: str
    suite: str
    hosts: tuple[str, ...]
    samples: tuple[CaseResult, ...]
    meta: Meta


def make_evidence(
    subject: str, suite: str, samples: Iterable[CaseResult], hosts: Iterable[str], meta: Meta
) -> Evidence:
    """Evidence in its one order and precision. Raises ValueError when a model's case has one sample twice."""
    ordered = sorted((_rounded(sample) for sample in samples), key=_place)
    places = [_place(sample) for sample in ordered]
    if len(set(places)) != len(places):
        raise ValueError("a sample stands twice")
    return Evidence(subject=subject, suite=suite, hosts=tuple(sorted(set(hosts))), samples=tuple(ordered), meta=meta)


def reply_digest(reply: Reply) -> str:
    """``sha256:<hex>`` over all that a reply says, its time and price included."""
    return "sha256:" + hashlib.sha256(compact_json(reply_to_dict(reply)).encode()).hexdigest()


def evidence_path(subject: str, suite: str) -> str:
    """Where evidence is kept below the prompt's folder: ``evidence/<digest12>-<suite12>.json``."""
    first, second = (digest.removeprefix("sha256:")[:12] for digest in (subject, suite))
    return f"evidence/{first}-{second}.json"


def next_sample(evidence: Evidence, case: str, model: str) -> int:
    """The first sample index of a case that a further live run may use."""
    taken = [sample.sample for sample in evidence.samples if (sample.case, sample.model) == (case, model)]
    return max(taken, default=-1) + 1


def pool(earlier: Evidence, later: Evidence) -> Evidence:
    """Both runs' samples. An answer is never replaced; a sample that got no answer is, by one that did.

    Raises StateError for other subjects or suites, and for two answers to one sample.
    """
    if (earlier.subject, earlier.suite) != (later.subject, later.suite):
        raise StateError(UNPOOLABLE, "evidence of another prompt or suite cannot be pooled", hint="run the suite again")
    kept = {_place(sample): sample for sample in earlier.samples}
    for sample in later.samples:
        known = kept.get(_place(sample))
        if known is None or (known.error and known.replies in ((), sample.replies)):
            kept[_place(sample)] = sample
        elif known.replies != sample.replies and not sample.error:
            message = f"sample {sample.sample} of {sample.case!r} ({sample.model}) has two answers"
            raise StateError(UNPOOLABLE, message, hint="number the samples of a further run after the recorded ones")
    meta = replace(later.meta, earlier=(*later.meta.earlier, *_history(earlier.meta)))
    return make_evidence(later.subject, later.suite, kept.values(), (*earlier.hosts, *later.hosts), meta)


def _history(meta: Meta) -> tuple[Meta, ...]:
    return (replace(meta, earlier=()), *meta.earlier)


def _place(sample: CaseResult) -> tuple[str, str, int]:
    return sample.model, sample.case, sample.sample


def _rounded(sample: CaseResult) -> CaseResult:
    return replace(
        sample,
        scores={name: compact_number(value) for name, value in sorted(sample.scores.items())},
        cost=_optional(sample.cost),
        latency_ms=_optional(sample.latency_ms),
        judge_cost=_optional(sample.judge_cost),
    )


def _optional(value: float | None) -> float | None:
    return None if value is None else compact_number(value)


def compact_number(value: float) -> float | int:
    """Twelve significant digits, so that the last bits of another machine's arithmetic change nothing."""
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded
