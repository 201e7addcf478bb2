"""Which cases of a suite are run: by name, by tags, as one of several shards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from promptctl.core.evals.case import Case
from promptctl.errors import UsageError

USAGE = "PC001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One of ``count`` parts of every suite, numbered from 1. A case is in the same part on every machine."""

    index: int
    count: int

    def has(self, case: str) -> bool:
        """Whether a case belongs to this part, by a hash of its name: adding cases moves none of the others."""
        hashed = hashlib.sha256(f"promptctl-shard/v1\n{case}".encode()).digest()
        return int.from_bytes(hashed[:8]) % self.count == self.index - 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def parse_shard(text: str) -> Shard:
    """``2/4`` as a shard. Raises UsageError."""
    index, slash, count = text.partition("/")
    if slash and all(it.isascii() and it.isdigit() and len(it) < 6 for it in (index, count)):
        shard = Shard(index=int(index), count=int(count))
        if 1 <= shard.index <= shard.count:
            return shard
    raise UsageError(USAGE, f"`{text}` is no shard", hint="--shard 1/4, --shard 2/4, --shard 3/4 and --shard 4/4")


def parse_tags(wishes: Sequence[str]) -> dict[str, frozenset[str]]:
    """``KEY=VALUE`` wishes: each key with its values. Raises UsageError."""
    found: dict[str, frozenset[str]] = {}
    for wish in wishes:
        key, equals, value = wish.partition("=")
        if not (key and equals):
            raise UsageError(USAGE, f"`{wish}` is no tag", hint="--tag KEY=VALUE")
        found[key] = found.get(key, frozenset()) | {value}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """``only`` is a glob over names; a case needs one of the values of each key in ``tags``; ``names`` lists cases."""

    only: str | None = None
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: frozenset[str] | None = None
    shard: Shard | None = None

    @property
    def narrows(self) -> bool:
        """Whether it may leave cases out: then the run is no run of the suite."""
        return bool(self.only is not None or self.tags or self.names is not None or self.shard)

    def takes(self, case: Case) -> bool:
        """Whether a case is to be run."""
        return (
            (self.only is None or fnmatchcase(case.name, self.only))
            and all(case.tags.get(key) in values for key, values in self.tags.items())
            and (self.names is None or case.name in self.names)
            and (self.shard is None or self.shard.has(case.name))
        )

    def __str__(self) -> str:
        tags = (f"{key}={value}" for key, values in self.tags.items() for value in sorted(values))
        return " ".join([*([self.only] if self.only is not None else []), *tags])


EVERYTHING = Selection()
