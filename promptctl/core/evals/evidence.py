"""Evidence: every sample of one prompt's digest under one suite, and how they were made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

from promptctl.core.evals.packed import Packed, in_order
from promptctl.core.evals.packed_results import pack_result, pack_results
from promptctl.core.evals.recording import reply_to_dict
from promptctl.core.evals.tally import CaseResult
from promptctl.core.models.request import Reply, compact_json
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
    """Samples of one subject (a prompt's digest) under one suite (its digest). Made by ``make_evidence``.

    ``unlisted`` is the result that a file states whose samples are not in it: ``samples`` has none then, and nothing
    vouches for the result until the replies were scored again.
    """

    subject: str
    suite: str
    hosts: tuple[str, ...]
    samples: Sequence[CaseResult]
    meta: Meta
    unlisted: Mapping[str, Any] | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """Whose answers were judged, sorted."""
        if self.unlisted is not None:
            return tuple(self.unlisted["models"])
        return tuple(sorted({sample.model for sample in self.samples}))


def make_evidence(
    subject: str, suite: str, samples: Iterable[CaseResult], hosts: Iterable[str], meta: Meta
) -> Evidence:
    """Evidence in its one order and precision. Raises ValueError when a model's case has one sample twice."""
    if isinstance(samples, Packed):
        ordered = in_order(samples.changed(rounded, pack_result), _place)
    else:
        ordered = in_order(pack_results(map(rounded, samples)), _place)
    if any(_place(before) == _place(after) for before, after in pairwise(ordered)):
        raise ValueError("a sample stands twice")
    return Evidence(subject=subject, suite=suite, hosts=tuple(sorted(set(hosts))), samples=ordered, meta=meta)


def reply_digest(reply: Reply) -> str:
    """``sha256:<hex>`` over all that a reply says, its time and price included."""
    return "sha256:" + hashlib.sha256(compact_json(reply_to_dict(reply)).encode()).hexdigest()


def evidence_path(subject: str, suite: str) -> str:
    """Where evidence is kept below the prompt's folder: ``evidence/<digest12>-<suite12>.json``."""
    first, second = (digest.removeprefix("sha256:")[:12] for digest in (subject, suite))
    return f"evidence/{first}-{second}.json"


def next_samples(evidence: Evidence) -> dict[str, int]:
    """The first sample that a further live run may use, by model and case, each on a line; 0 for what is not there."""
    found: dict[str, int] = {}
    for sample in evidence.samples:
        name = f"{sample.model}\n{sample.case}"
        found[name] = max(found.get(name, 0), sample.sample + 1)
    return found


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


def rounded(sample: CaseResult) -> CaseResult:
    """A sample with its numbers as evidence spells them."""
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
