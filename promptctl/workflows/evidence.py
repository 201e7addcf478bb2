"""Evidence for a prompt under a suite: found and scored again from kept replies, or made by running the suite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from promptctl.adapters.files import decode
from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.suites import LoadedSuite
from promptctl.core.canonical import short
from promptctl.core.case import Case
from promptctl.core.closure import Closure
from promptctl.core.document import Document
from promptctl.core.evidence import Evidence, Meta, evidence_path, make_evidence, next_sample, pool
from promptctl.core.evidence_document import from_document, result_dict, to_text
from promptctl.core.provider import ProviderSettings
from promptctl.core.recording import parse_replies, spell_replies, strict_json
from promptctl.core.request import Reply
from promptctl.core.tally import CaseResult
from promptctl.core.tree import Tree, shown
from promptctl.errors import StateError
from promptctl.version import __version__
from promptctl.workflows.evaluation import CHAIN_MODEL, Evaluated, Line, Progress, Samples, evaluate, own_model
from promptctl.workflows.moving import timestamp

NOT_REPRODUCED = "PC067"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A prompt's closure by its digest, and the suite that judges it."""

    name: str
    closure: Closure
    digest: str
    loaded: LoadedSuite

    @property
    def folder(self) -> str:
        return f"prompts/{self.name}"

    @property
    def evidence_file(self) -> str:
        return f"{self.folder}/{evidence_path(self.digest, self.loaded.digest)}"

    @property
    def replies_file(self) -> str:
        return f"{self.folder}/replies/{short(self.digest)}.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where evidence and replies may come from: trees, this machine's cache, and providers.

    ``mode`` as in ``Replies``; ``fresh`` ignores evidence that others recorded.
    """

    trees: Sequence[Tree]
    cache: ReplyCache
    providers: Mapping[str, ProviderSettings]
    environment: Mapping[str, str]
    mode: str = "auto"
    fresh: bool = False
    override: str | None = None
    concurrency: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Results with the evidence that holds them (None where some sample got no answer) and files that are new."""

    results: tuple[CaseResult, ...]
    evidence: Evidence | None
    files: Mapping[str, bytes]
    asked: int
    explanations: Mapping[tuple[str, str, int], tuple[str, ...]] = field(default_factory=dict)


def recorded_replies(subject: Subject, trees: Iterable[Tree]) -> dict[str, Reply]:
    """The replies that any of the trees keeps for a subject. Raises DocumentError for a malformed file."""
    found: dict[str, Reply] = {}
    for tree in trees:
        if subject.replies_file in tree.files():
            place = shown(tree, subject.replies_file)
            found = parse_replies(decode(tree.read(subject.replies_file), place), place) | found
    return found


def read_evidence(tree: Tree, path: str) -> Evidence:
    """The evidence in a file of a tree. Raises DocumentError when it is malformed or contradicts itself."""
    place = shown(tree, path)
    text = decode(tree.read(path), place)
    try:
        value = strict_json(text)
    except ValueError as error:
        raise Document(place, None, {}, text).error("PC059", f"not valid JSON: {error}") from None
    return from_document(Document(place, value, {}, text))


def find_evidence(subject: Subject, trees: Iterable[Tree]) -> Evidence | None:
    """The evidence of a subject under its suite in the first tree that has some."""
    for tree in trees:
        if subject.evidence_file in tree.files():
            found = read_evidence(tree, subject.evidence_file)
            if (found.subject, found.suite) == (subject.digest, subject.loaded.digest):
                return found
    return None


def score_again(subject: Subject, evidence: Evidence, sources: Sources) -> Gathered | None:
    """Scores the kept replies of evidence offline; None when some are neither recorded nor cached.

    Raises StateError when the replies do not lead to what the evidence says.
    """
    recorded = recorded_replies(subject, sources.trees)
    keys = [reference.key for sample in evidence.samples for reference in sample.replies]
    kept = {key: reply for key in keys if (reply := recorded.get(key) or sources.cache.get(key))}
    if len(kept) != len(set(keys)):
        return None
    cases = {case.name: case for case in subject.loaded.suite.cases}
    wanted = [
        Samples(case=cases[sample.case], model=sample.model, indexes=(sample.sample,))
        for sample in evidence.samples
        if sample.case in cases
    ]
    line = replace(_line(sources, kept), replies=Replies("recorded", recorded=kept))
    ran = evaluate(subject.closure, subject.loaded, wanted, line)
    again = make_evidence(subject.digest, subject.loaded.digest, ran.results, ran.hosts, evidence.meta)
    if result_dict(again) != result_dict(evidence):
        message = f"the evidence {subject.evidence_file} does not follow from its replies"
        raise StateError(NOT_REPRODUCED, message, hint=f"promptctl eval {subject.name} --replies live")
    return Gathered(results=again.samples, evidence=evidence, files={}, asked=0, explanations=ran.explanations)


def gather(
    subject: Subject,
    sources: Sources,
    now: datetime,
    cases: Sequence[Case] | None = None,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Gathered:
    """Evidence for a subject: what is recorded, or else a run of its suite (over some ``cases`` only, if given).

    Raises what ``evaluate`` raises, and StateError for evidence that its replies contradict.
    """
    chosen = subject.loaded.suite.cases if cases is None else cases
    earlier = None if sources.fresh or sources.mode == "refresh" else find_evidence(subject, sources.trees)
    if earlier and sources.mode in ("auto", "recorded") and _covers(subject, earlier, chosen):
        again = score_again(subject, earlier, sources)
        if again:
            return again
    return _run(subject, sources, now, chosen, earlier if sources.mode == "live" else None, watch)


def _covers(subject: Subject, evidence: Evidence, cases: Sequence[Case]) -> bool:
    have = {(sample.case, sample.model) for sample in evidence.samples}
    return all((case.name, model) in have for case in cases for model in models_of(subject))


def models_of(subject: Subject) -> tuple[str, ...]:
    """The prompt's own model, then those the suite adds; a chain has only its own."""
    own = own_model(subject.closure)
    return (own,) if own == CHAIN_MODEL else tuple(dict.fromkeys((own, *subject.loaded.suite.models)))


def _line(sources: Sources, recorded: Mapping[str, Reply]) -> Line:
    from promptctl.core.secrets import known_values

    keys = [provider.key for provider in sources.providers.values() if provider.key]
    known = known_values(sources.environment, keys)
    return Line(
        providers=sources.providers,
        environment=sources.environment,
        replies=Replies(sources.mode, recorded=recorded, cache=sources.cache, provider=sources.override, known=known),
        override=sources.override,
        concurrency=sources.concurrency,
    )


def _run(
    subject: Subject,
    sources: Sources,
    now: datetime,
    cases: Sequence[Case],
    earlier: Evidence | None,
    watch: Callable[[Progress], None],
) -> Gathered:
    repeat = subject.loaded.suite.repeat
    starts = {
        (case.name, model): next_sample(earlier, case.name, model) if earlier else 0
        for case in cases
        for model in models_of(subject)
    }
    wanted = [
        Samples(case=case, model=model, indexes=range(starts[case.name, model], starts[case.name, model] + repeat))
        for case in cases
        for model in models_of(subject)
    ]
    recorded = recorded_replies(subject, sources.trees)
    begun = time.perf_counter()
    ran = evaluate(subject.closure, subject.loaded, wanted, _line(sources, recorded), watch)
    durations = {"wall": round(time.perf_counter() - begun, 3)}
    if not all(result.replies for result in ran.results):
        return Gathered(results=ran.results, evidence=None, files={}, asked=ran.asked, explanations=ran.explanations)
    return _recorded(subject, ran, recorded, durations, now, earlier)


def _recorded(
    subject: Subject,
    ran: Evaluated,
    recorded: Mapping[str, Reply],
    durations: Mapping[str, float],
    now: datetime,
    earlier: Evidence | None,
) -> Gathered:
    """The evidence of a run, pooled with what was there, and the files that keep it and its replies."""
    replies = spell_replies({**recorded, **ran.replies})
    meta = Meta(
        time=timestamp(now),
        tool=f"promptctl {__version__}",
        durations=durations,
        replies="kept" if replies is not None else "external",
    )
    evidence = make_evidence(subject.digest, subject.loaded.digest, ran.results, ran.hosts, meta)
    if earlier:
        evidence = pool(earlier, evidence)
    files = {subject.evidence_file: to_text(evidence).encode()}
    if replies is not None:
        files[subject.replies_file] = replies.encode()
    return Gathered(
        results=evidence.samples, evidence=evidence, files=files, asked=ran.asked, explanations=ran.explanations
    )
