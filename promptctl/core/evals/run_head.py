"""What a run of suites was asked to do: the head of its journal, by which it goes on or is merged with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from promptctl.core.evals.selection import Shard, parse_shard
from promptctl.errors import UsageError

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSuite:
    """A suite of a run: how it was called, the digests of prompt and suite, and the chosen cases (None: all)."""

    reference: str
    subject: str
    suite: str
    cases: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """What decides which calls a run makes: ``mode`` as in ``Replies``, the provider asked for, the baseline."""

    suites: tuple[RunSuite, ...]
    mode: str = "auto"
    provider: str | None = None
    against: str | None = None
    shard: Shard | None = None


def head_dict(head: RunHead) -> dict[str, Any]:
    """A head as plain JSON data."""
    return {"format": FORMAT, **asdict(head)}


def head_from_dict(value: Any) -> RunHead:
    """The head that ``head_dict`` spelled. Raises ValueError for anything else."""
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise ValueError("no head of a run")
    try:
        suites = tuple(_suite(it) for it in value["suites"])
        shard = None if value["shard"] is None else parse_shard("{index}/{count}".format(**value["shard"]))
        head = RunHead(
            **{**{key: it for key, it in value.items() if key != "format"}, "suites": suites, "shard": shard}
        )
    except (TypeError, KeyError, UsageError) as error:
        raise ValueError(f"no head of a run: {error}") from None
    texts = [
        head.mode,
        *(text for it in head.suites for text in (it.reference, it.subject, it.suite, *(it.cases or ()))),
    ]
    texts += [text for text in (head.provider, head.against) if text is not None]
    # Where nothing changed, nothing is left for any shard.
    if not (head.suites or head.shard) or not all(isinstance(text, str) for text in texts):
        raise ValueError("no head of a run: no suites, or no text")
    return head


def _suite(value: Mapping[str, Any]) -> RunSuite:
    cases = value["cases"]
    return RunSuite(**{**value, "cases": None if cases is None else tuple(cases)})
