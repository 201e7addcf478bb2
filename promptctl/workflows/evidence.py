"""Evidence for a prompt under a suite, found by its content and scored again from the replies that were kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

from promptctl.adapters.files import decode
from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import Cached, ReplyCache
from promptctl.adapters.run_journal import RunJournal
from promptctl.adapters.suites import LoadedSuite
from promptctl.core.evals.evidence import Evidence, evidence_path, make_evidence, reply_digest
from promptctl.core.evals.evidence_document import from_document, result_dict
from promptctl.core.evals.packed import those
from promptctl.core.evals.recording import parse_replies
from promptctl.core.evals.stopping import Stopping
from promptctl.core.evals.tally import CaseResult, ReplyReference
from promptctl.core.files.document import Document
from promptctl.core.files.strict_json import strict_json
from promptctl.core.files.tree import Tree, shown
from promptctl.core.layers import Layers
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply
from promptctl.core.prompts.canonical import short
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.contract import accepts
from promptctl.core.secrets import known_values
from promptctl.errors import StateError
from promptctl.runtime.gateway.retries import Patience
from promptctl.runtime.gateway.spending import Guard
from promptctl.workflows.asking import Line
from promptctl.workflows.evaluation import Evaluated, Progress, evaluate
from promptctl.workflows.scoring import SampleName
from promptctl.workflows.wanted import Wanted

NOT_REPRODUCED = "PC067"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A prompt's closure by its digest, and the suite that judges it; ``reference`` is how the user calls it.

    ``released``: the closure is that of a release.
    """

    name: str
    reference: str
    released: bool
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
class Gathered:
    """Results with the evidence that holds them (None where some sample is an error) and files that are new.

    ``found_in`` is the tree that had the evidence, None when it was made now; ``complete`` as in ``Evaluated``.
    """

    results: Sequence[CaseResult]
    evidence: Evidence | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    asked: int = 0
    reasons: Mapping[SampleName, tuple[str, ...]] = field(default_factory=dict)
    replies: Mapping[str, Reply] = field(default_factory=dict)
    found_in: Tree | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where evidence and replies may come from: trees in their order, this machine's cache, and providers.

    ``home`` is the tree that new files are put onto: replies it keeps are kept. ``mode`` as in ``Replies``. ``fresh``
    takes no evidence that others recorded; ``fallback`` lets other providers answer where one fails; ``ran`` remembers
    by its file what this command ran itself; ``watch`` sees runs; ``journal`` is that of the run, ``stopping`` and
    ``spending`` what may end it early, as in ``Line``.
    """

    trees: Sequence[Tree]
    home: Tree
    cache: ReplyCache
    providers: Mapping[str, ProviderSettings]
    environment: Mapping[str, str] = field(repr=False)
    now: datetime
    watch: Callable[[Progress], None] = lambda _: None
    mode: str = "auto"
    fresh: bool = False
    override: str | None = None
    concurrency: int | None = None
    patience: Patience | None = None
    fallback: bool = False
    ran: dict[str, Gathered] = field(default_factory=dict)
    journal: RunJournal | None = None
    stopping: Stopping | None = None
    spending: Guard | None = None


Stores = Sequence[Mapping[str, Reply]]
"""What each tree keeps for a subject: replies by their key, no content twice."""


def recorded_replies(subject: Subject, trees: Iterable[Tree]) -> Stores:
    """The replies that trees keep for a subject. Raises DocumentError for a malformed file."""
    found: dict[bytes, Mapping[str, Reply]] = {}
    for tree in trees:
        if subject.replies_file in tree.files():
            data, place = tree.read(subject.replies_file), shown(tree, subject.replies_file)
            if data not in found:
                found[data] = parse_replies(decode(data, place), place)
    return list(found.values())


def read_evidence(tree: Tree, path: str) -> Evidence:
    """The evidence in a file of a tree. Raises DocumentError when it is malformed or contradicts itself."""
    return _evidence(tree.read(path), shown(tree, path))


@lru_cache(maxsize=4)
def _evidence(data: bytes, place: str) -> Evidence:
    """A command looks at the same file for several reasons."""
    text = decode(data, place)
    try:
        value = strict_json(text)
    except ValueError as error:
        raise Document(place, None, {}, text).error("PC059", f"not valid JSON: {error}") from None
    return from_document(Document(place, value, {}, text))


def find_evidence(subject: Subject, trees: Iterable[Tree]) -> Iterator[tuple[Tree, Evidence]]:
    """The evidence of a subject under its suite, in the order of the trees, each content once.

    Raises DocumentError for a file that is malformed or contradicts itself.
    """
    seen: set[bytes] = set()
    for tree in trees:
        if subject.evidence_file in tree.files():
            data = tree.read(subject.evidence_file)
            found = None if data in seen else read_evidence(tree, subject.evidence_file)
            seen.add(data)
            if found and (found.subject, found.suite) == (subject.digest, subject.loaded.digest):
                yield tree, found


def line_for(subject: Subject, sources: Sources, replies: Mapping[str, Reply], mode: str | None = None) -> Line:
    """What a run over these recorded replies needs, in the sources' mode or another."""
    keys = [provider.key for provider in sources.providers.values() if provider.key]
    secrets = known_values(sources.environment, keys)
    return Line(
        name=subject.reference,
        released=subject.released,
        providers=sources.providers,
        environment=sources.environment,
        replies=Replies(
            mode or sources.mode,
            recorded=replies,
            cache=sources.cache,
            # What is looked up for its own sake must not find what this run was answered.
            journal=None if mode else sources.journal,
            appending=True,
            provider=sources.override,
            known=secrets,
            prompt=subject.name,
            providers=sources.providers,
        ),
        secrets=secrets,
        override=sources.override,
        concurrency=sources.concurrency,
        patience=sources.patience,
        fallback=sources.fallback,
        # Scoring again what is kept ends no run, and is no part of what a run costs.
        stopping=None if mode else sources.stopping,
        spending=None if mode else sources.spending,
    )


def score_again(subject: Subject, evidence: Evidence, stores: Stores, sources: Sources) -> Gathered | None:
    """Scores the kept replies of evidence offline; None when some are neither recorded nor cached.

    Raises StateError when the replies do not lead to what the evidence says, or it leaves one out.
    """
    offline = replace(sources, override=None)
    if evidence.unlisted is not None:
        return _scored_unlisted(subject, evidence, evidence.unlisted, stores, offline)
    references = [reference for sample in evidence.samples for reference in (*sample.replies, *sample.graded)]
    kept = {reference.key: _kept(reference, stores, sources.cache) for reference in references}
    replies = {key: reply for key, reply in kept.items() if reply}
    if len(replies) < len(kept):
        return None
    indexes: dict[str, list[int]] = {}
    for sample in evidence.samples:
        if sample.replies:
            indexes.setdefault(f"{sample.model}\n{sample.case}", []).append(sample.sample)
    ran = _replayed(subject, evidence.models, lambda case, model: indexes.get(f"{model}\n{case}", ()), offline, replies)
    again = make_evidence(subject.digest, subject.loaded.digest, ran.results, ran.hosts, evidence.meta)
    if (again.hosts, again.samples) != (evidence.hosts, evidence.samples):
        raise _refused(subject, "does not follow from its replies")
    if gap := _gap(evidence.samples):
        raise _refused(subject, f"leaves out an answer to {gap!r}")
    return Gathered(results=again.samples, evidence=evidence, reasons=ran.reasons, replies=replies)


def _scored_unlisted(
    subject: Subject, evidence: Evidence, stated: Mapping[str, Any], stores: Stores, sources: Sources
) -> Gathered | None:
    """Makes the samples again that evidence only counts: of the cases that the prompt takes, as many as it says."""
    cases = those(subject.loaded.suite.cases, lambda case: accepts(subject.closure, case.inputs))
    asked = stated["unlisted"]["asked"]
    if any(sum(number for _, number in runs) != len(cases) for runs in asked.values()):
        return None
    names = sorted(case.name for case in cases)
    counts = {model: _Runs(names, runs) for model, runs in asked.items()}
    taken = frozenset(names)

    def indexes(case: str, model: str) -> Sequence[int]:
        return range(counts[model].of(case)) if case in taken else ()

    ran = _replayed(subject, evidence.models, indexes, sources, Layers([*stores, Cached(sources.cache)]))
    if ran.missing:
        return None
    again = make_evidence(subject.digest, subject.loaded.digest, ran.results, ran.hosts, evidence.meta)
    if result_dict(again, listed=False) != stated:
        raise _refused(subject, "does not follow from its replies")
    return Gathered(results=again.samples, evidence=again, reasons=ran.reasons, replies=ran.replies)


class _Runs:
    """How many samples each case has, where many cases in turn have as many."""

    def __init__(self, names: Sequence[str], runs: Sequence[tuple[int, int]]) -> None:
        firsts = accumulate((cases for _, cases in runs[:-1]), initial=0)
        self._firsts = [names[first] for first in firsts]
        self._counts = [count for count, _ in runs]

    def of(self, case: str) -> int:
        return self._counts[bisect_right(self._firsts, case) - 1]


def _replayed(
    subject: Subject,
    models: Sequence[str],
    indexes: Callable[[str, str], Sequence[int]],
    sources: Sources,
    replies: Mapping[str, Reply],
) -> Evaluated:
    wanted = Wanted(cases=subject.loaded.suite.cases, models=models, indexes=indexes)
    return evaluate(subject.closure, subject.loaded, wanted, _lenient(line_for(subject, sources, replies, "recorded")))


def _refused(subject: Subject, why: str) -> StateError:
    hint = f"promptctl eval {subject.reference} --replies refresh"
    return StateError(NOT_REPRODUCED, f"the evidence {subject.evidence_file} {why}", hint=hint)


def _gap(samples: Iterable[CaseResult]) -> str | None:
    """The first case whose samples are not numbered from 0 on: further runs only append, so one was taken out."""
    found: dict[tuple[str, str], set[int]] = {}
    for sample in samples:
        found.setdefault((sample.case, sample.model), set()).add(sample.sample)
    return next((case for (case, _), indexes in found.items() if indexes != set(range(len(indexes)))), None)


def _lenient(line: Line) -> Line:
    """A reply under another key than its request's is a difference, not a missing reply."""
    return replace(line, lenient=True)


def _kept(reference: ReplyReference, stores: Stores, cache: ReplyCache) -> Reply | None:
    """The reply meant, wherever it is kept; a recorded one that says something else counts before a cached one."""
    found = [store[reference.key] for store in stores if reference.key in store]
    exact = next((reply for reply in found if reply_digest(reply) == reference.digest), None)
    return exact or (found[0] if found else cache.get(reference.key))
