"""Gets evidence for a prompt under a suite: what is recorded and can be scored again, or else a run of the suite."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from promptctl.core.evals.case import Case
from promptctl.core.evals.evidence import Meta, make_evidence, next_samples, pool
from promptctl.core.evals.evidence_document import to_text
from promptctl.core.evals.packed import those
from promptctl.core.evals.recording import spell_replies
from promptctl.core.evals.tally import CaseResult
from promptctl.core.files.tree import Tree
from promptctl.core.layers import Layers
from promptctl.core.models.request import Reply
from promptctl.core.timestamp import timestamp
from promptctl.errors import UsageError
from promptctl.version import __version__
from promptctl.workflows.asking import CHAIN_MODEL
from promptctl.workflows.evaluation import Evaluated, evaluate, own_model
from promptctl.workflows.evidence import (
    Gathered,
    Sources,
    Stores,
    Subject,
    find_evidence,
    line_for,
    read_evidence,
    recorded_replies,
    score_again,
)
from promptctl.workflows.wanted import Wanted


class Asked(NamedTuple):
    """What a run is about: each of the cases, by each of the models."""

    cases: Sequence[Case]
    models: tuple[str, ...]


def models_of(subject: Subject) -> tuple[str, ...]:
    """The prompt's own model, then those the suite adds; a chain has only its own."""
    own = own_model(subject.closure, subject.loaded.suite)
    return (own,) if own == CHAIN_MODEL else tuple(dict.fromkeys((own, *subject.loaded.suite.models)))


def gather(
    subject: Subject, sources: Sources, cases: Sequence[Case] | None = None, models: Sequence[str] | None = None
) -> Gathered:
    """Evidence for a subject: what is recorded, or else a run of its suite; over some cases and models, if given.

    Raises what ``evaluate`` raises, and StateError for evidence that its replies contradict.
    """
    asked = Asked(subject.loaded.suite.cases if cases is None else cases, tuple(models or models_of(subject)))
    stores = recorded_replies(subject, (sources.home, *sources.trees))
    if sources.mode == "refresh":
        file = subject.evidence_file
        if file not in sources.ran:
            sources.ran[file] = _run(subject, sources, _without_replaced(subject, sources.home, stores), asked, None)
        return sources.ran[file]
    earlier = None if sources.fresh else _recorded(subject, sources, stores)
    if earlier and sources.mode != "live" and _covers(subject, earlier, asked):
        return earlier
    if sources.mode == "live" and earlier is None:
        earlier = _from_replies(subject, sources, stores, asked)
    return _run(subject, sources, stores, asked, earlier)


def _recorded(subject: Subject, sources: Sources, stores: Stores) -> Gathered | None:
    """The first evidence whose replies are at hand."""
    for tree, evidence in find_evidence(subject, sources.trees):
        if again := score_again(subject, evidence, stores, sources):
            return replace(again, found_in=tree)
    return None


def _without_replaced(subject: Subject, home: Tree, stores: Stores) -> Stores:
    """The stores without replies that only the evidence at home, which a refresh replaces, is made of."""
    start, own = subject.evidence_file.rpartition("-")[0] + "-", subject.evidence_file
    named: dict[str, set[str]] = {}
    for path in home.files():
        if path.startswith(start):
            # A refresh is the way out of evidence that is broken.
            with suppress(UsageError):
                samples = read_evidence(home, path).samples
                named[path] = {reference.key for sample in samples for reference in (*sample.replies, *sample.graded)}
    others = {key for path, keys in named.items() if path != own for key in keys}
    gone = named.get(own, set()) - others
    return [{key: reply for key, reply in store.items() if key not in gone} for store in stores]


def _covers(subject: Subject, found: Gathered, asked: Asked) -> bool:
    """Whether every case has all its samples."""
    have = Counter((sample.case, sample.model) for sample in found.results)
    repeat = subject.loaded.suite.repeat
    return all(have[case.name, model] >= repeat for case in asked.cases for model in asked.models)


def _from_replies(subject: Subject, sources: Sources, stores: Stores, asked: Asked) -> Gathered | None:
    """What the recorded replies say under this suite, as far as they reach: further answers come after theirs."""
    ran = replayed(subject, sources, stores, asked.cases, asked.models) if any(stores) else None
    results = _unbroken(ran.results) if ran else []
    if ran is None or not results:
        return None
    evidence = make_evidence(subject.digest, subject.loaded.digest, results, ran.hosts, _meta(sources.now, {}))
    return Gathered(results=evidence.samples, evidence=evidence, reasons=ran.reasons, replies=ran.replies)


def replayed(
    subject: Subject, sources: Sources, stores: Stores, cases: Sequence[Case], models: Sequence[str]
) -> Evaluated:
    """What recorded replies say under a suite: a sample that has none is an error, and its case ``missing``."""
    line = replace(line_for(subject, sources, merged(stores), "recorded"), lenient=True)
    repeat, known = subject.loaded.suite.repeat, _known(subject, sources)
    wanted = Wanted(
        cases=cases, models=models, indexes=lambda case, model: range(max(repeat, known.get(f"{model}\n{case}", 0)))
    )
    return evaluate(subject.closure, subject.loaded, wanted, line)


def _unbroken(results: Sequence[CaseResult]) -> Sequence[CaseResult]:
    """Of each case the samples before the first that has no answer: samples are numbered without gaps."""
    ended: set[tuple[str, str]] = set()

    def kept(result: CaseResult) -> bool:
        if result.error is not None:
            ended.add((result.case, result.model))
        return (result.case, result.model) not in ended

    return those(results, kept)


def _run(
    subject: Subject,
    sources: Sources,
    stores: Stores,
    asked: Asked,
    earlier: Gathered | None,
) -> Gathered:
    """Runs the suite: in mode live after the samples there are, else from the first on."""
    repeat = subject.loaded.suite.repeat
    after = earlier.evidence if earlier and sources.mode == "live" else None
    starts = next_samples(after) if after else {}
    if sources.journal and sources.mode == "live":
        starts = sources.journal.starts(f"{subject.digest} {subject.loaded.digest} {sources.override}", starts)

    # Live, the first sample follows all that are there.
    known = {} if sources.mode == "live" else _known(subject, sources)

    def indexes(case: str, model: str) -> range:
        name = f"{model}\n{case}"
        first = starts.get(name, 0)
        return range(first, max(first + repeat, known.get(name, 0)))

    wanted = Wanted(cases=asked.cases, models=asked.models, indexes=indexes)
    replies = Layers([earlier.replies, merged(stores)]) if earlier else merged(stores)
    if sources.spending:
        sources.spending.learn(replies.values())
    begun = time.perf_counter()
    ran = evaluate(subject.closure, subject.loaded, wanted, line_for(subject, sources, replies), sources.watch)
    durations = {"wall": round(time.perf_counter() - begun, 3)}
    if not ran.complete or any(result.error is not None for result in ran.results):
        return Gathered(
            results=ran.results,
            evidence=None,
            asked=ran.asked,
            reasons=ran.reasons,
            replies=ran.replies,
            complete=ran.complete,
        )
    return _kept(subject, ran, replies, _meta(sources.now, durations), earlier)


def _known(subject: Subject, sources: Sources) -> Mapping[str, int]:
    """How many samples the evidence has that a run with a provider of its own takes the place of, by model and case.

    It has as many, so that a suite which further runs turned red is not made green by naming who answers.
    """
    if sources.override is None or sources.mode == "refresh":
        return {}
    return next((next_samples(evidence) for _, evidence in find_evidence(subject, sources.trees)), {})


def _kept(
    subject: Subject, ran: Evaluated, recorded: Mapping[str, Reply], meta: Meta, earlier: Gathered | None
) -> Gathered:
    """The evidence of a run, pooled with what was there, and the files that keep it and its replies."""
    text = spell_replies(Layers([ran.replies, recorded]))
    meta = replace(meta, replies="kept" if text is not None else "external")
    evidence = make_evidence(subject.digest, subject.loaded.digest, ran.results, ran.hosts, meta)
    if earlier and earlier.evidence:
        evidence = pool(earlier.evidence, evidence)
    # Replies first: evidence without them is worth nothing, if the writing is cut short.
    files = {} if text is None else {subject.replies_file: text.encode()}
    files[subject.evidence_file] = to_text(evidence).encode()
    reasons = {**(earlier.reasons if earlier else {}), **ran.reasons}
    return Gathered(
        results=evidence.samples, evidence=evidence, files=files, asked=ran.asked, reasons=reasons, replies=ran.replies
    )


def _meta(now: datetime, durations: Mapping[str, float]) -> Meta:
    return Meta(time=timestamp(now), tool=f"promptctl {__version__}", durations=durations)


def merged(stores: Stores) -> dict[str, Reply]:
    """One reply a key: that of the first store that has one."""
    return {key: reply for store in reversed(stores) for key, reply in store.items()}


def kept_files(subject: Subject, found: Gathered, sources: Sources) -> dict[str, bytes]:
    """The files that keep evidence which was found, as they would stand at home."""
    assert found.evidence is not None
    home = merged(recorded_replies(subject, (sources.home,)))
    text = spell_replies(Layers([found.replies, home]))
    files = {} if text is None else {subject.replies_file: text.encode()}
    return files | {subject.evidence_file: to_text(found.evidence).encode()}
