"""``eval merge``: what the shards of one run were answered, put together, scored, judged and kept; nobody is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from promptctl.adapters.files import opened
from promptctl.adapters.repository import Repository
from promptctl.adapters.run_journal import RunJournal, parse_journal
from promptctl.core.evals.run_head import RunHead
from promptctl.core.evals.selection import Shard
from promptctl.errors import UsageError
from promptctl.runtime.gateway.spending import Offline
from promptctl.workflows.eval import EvalWish
from promptctl.workflows.eval_run import EvalRun, planned_again, run_journaled
from promptctl.workflows.gate_context import GateContext

MOST_BYTES = 256 * 1024 * 1024
NO_SHARD, FOREIGN, NOT_EACH_ONCE = "PC176", "PC177", "PC178"


@dataclass(frozen=True, slots=True)
class _Part:
    file: str
    shard: Shard
    head: RunHead
    journal: RunJournal


def merge(repository: Repository, files: Sequence[Path], context: GateContext) -> EvalRun:
    """The run that was made in shards, as if one machine had made it.

    Raises UsageError for files that are no shards, of different runs, missing or double; StateError when the prompt or
    its suite is another by now, or an answer is missing.
    """
    parts = sorted((_read(file) for file in files), key=lambda part: part.shard.index)
    head = _one_run(parts)
    _require_each_once(parts)
    planned = [planned_again(repository, it) for it in head.suites]
    # Each shard tries the judges: of several replies to one request the first shard's counts.
    wish = EvalWish(mode=head.mode, provider=head.provider, against=head.against)
    with closing(RunJournal.joined(head, [part.journal for part in parts])) as journal:
        return run_journaled(repository, planned, wish, replace(context, spending=Offline()), journal)


def _read(file: Path) -> _Part:
    with opened(file, file.name, MOST_BYTES) as data:
        try:
            journal = RunJournal.unwritten(*parse_journal(data))
        except (ValueError, KeyError, TypeError, AttributeError):
            journal = None
    if journal is None or journal.head.shard is None:
        hint = "promptctl eval --shard 1/2 writes one"
        raise UsageError(NO_SHARD, f"{file.name} is no shard of a run", hint=hint)
    return _Part(file.name, journal.head.shard, _whole(journal.head), journal)


def _whole(head: RunHead) -> RunHead:
    """The run that a shard is a part of."""
    return replace(head, shard=None, suites=tuple(replace(suite, cases=None) for suite in head.suites))


def _one_run(parts: Sequence[_Part]) -> RunHead:
    """The run that all parts belong to. Raises UsageError that names the first that does not."""
    first = parts[0]
    for part in parts[1:]:
        for what, differs in (
            ("is one of", part.shard.count != first.shard.count),
            ("judges other prompts or suites than", part.head.suites != first.head.suites),
            ("was asked for otherwise than", part.head != first.head),
        ):
            if differs:
                counts = f"{part.shard.count} shards, not of {first.shard.count} as" if what == "is one of" else ""
                message = " ".join(filter(None, (part.file, what, counts, first.file)))
                raise UsageError(FOREIGN, message, hint="merge the shards of one run, made of one commit")
    return first.head


def _require_each_once(parts: Sequence[_Part]) -> None:
    count = parts[0].shard.count
    found = Counter(part.shard.index for part in parts)
    double = [part.file for part in parts if found[part.shard.index] > 1]
    if double:
        raise UsageError(NOT_EACH_ONCE, f"the same shard stands in {' and '.join(double)}", hint="name each shard once")
    missing = [Shard(index=index, count=count) for index in range(1, count + 1) if index not in found]
    if missing:
        named = ", ".join(map(str, missing[:10])) + (", …" if len(missing) > 10 else "")
        hint = f"promptctl eval --shard {missing[0]}"
        raise UsageError(NOT_EACH_ONCE, f"missing of the {count} shards: {named}", hint=hint)
