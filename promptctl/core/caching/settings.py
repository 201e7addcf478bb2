"""What is cached of an application's calls, for how long and where: ``[cache]`` and ``PROMPTCTL_CACHE``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal
from urllib.parse import urlsplit

from promptctl.core.caching.limits import parse_age
from promptctl.errors import UsageError

BAD_STORE = "PC240"
VARIABLE = "PROMPTCTL_CACHE"
Mode = Literal["off", "exact", "force"]
_HINT = "write sqlite or redis://HOST:PORT/NUMBER"
# Stricter than any URL parser: no query, which could turn off the check of certificates, and one plain host.
_REDIS = re.compile(
    r"rediss?://((?P<user>[^:@/?#\s]*)(:(?P<password>[^:@/?#\s]*))?@)?"
    r"(?P<host>[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?(/(?P<number>[0-9]{1,4})?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheAddress:
    """Where replies are kept: ``kind`` is "sqlite" (this machine's cache), "redis" or "none".

    ``url`` may hold a password and is never shown. ``shared`` says that a repository's settings name it: it takes the
    user's trust before anything is sent there.
    """

    kind: str = "sqlite"
    url: str = field(default="", repr=False)
    shared: bool = False

    @property
    def host(self) -> str:
        """Host and port, as they may be shown."""
        return self.url.partition("://")[2].rpartition("@")[2].partition("/")[0]

    @property
    def digest(self) -> str | None:
        """``sha256:<hex>`` that trust is given to; None where nothing leaves this machine on a repository's word."""
        if self.kind != "redis" or not self.shared:
            return None
        return "sha256:" + hashlib.sha256(f"promptctl-trust-cache/v1\n{self.url}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Semantic:
    """Answers to texts that mean the same: the model that embeds them, and the least cosine similarity."""

    model: str
    least: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """What holds for one prompt. ``mode``: "exact" keeps answers that no chance is in, "force" all; ``ttl`` is how
    many seconds an answer may be used."""

    mode: Mode = "off"
    ttl: float = 86_400.0
    semantic: Semantic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSettings:
    """The store, and what holds for prompts: that of the first glob that fits, then the environment's, then
    ``usual``."""

    store: CacheAddress = CacheAddress()
    usual: CachePolicy = CachePolicy()
    environments: Mapping[str, CachePolicy] = field(default_factory=dict)
    prompts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def policy(self, prompt: str, environment: str = "") -> CachePolicy:
        """What holds for a prompt in an environment."""
        policy = self.environments.get(environment, self.usual)
        table = next((table for glob, table in self.prompts.items() if fnmatchcase(prompt, glob)), None)
        return policy if table is None else _policy(table, policy)


def cache_settings(table: Mapping[str, Any], environment: Mapping[str, str]) -> CacheSettings:
    """Settings from the ``[cache]`` table as written. ``PROMPTCTL_CACHE`` names another store, or is ``off``.

    Raises UsageError for what is no store or age.
    """
    named = environment.get(VARIABLE, "").strip()
    written = table.get("store", "sqlite")
    usual = _policy(table, CachePolicy())
    prompts = table.get("prompts", {})
    for entry in prompts.values():
        _policy(entry, usual)
    if named == "off":
        return CacheSettings(store=CacheAddress(kind="none"))
    return CacheSettings(
        store=parse_store(named) if named else parse_store(written, shared=True),
        usual=usual,
        environments={name: _policy(entry, usual) for name, entry in table.get("environments", {}).items()},
        prompts=prompts,
    )


def parse_store(written: str, *, shared: bool = False) -> CacheAddress:
    """The store that a text names. Raises UsageError, without what could be a password."""
    if written == "sqlite":
        return CacheAddress()
    found = _REDIS.fullmatch(written)
    if not found or int(found["port"] or 1) not in range(1, 65_536) or not _is_url(written):
        kind = written.partition(":")[0][:20]
        raise UsageError(BAD_STORE, f"`{kind}…` is not a store of replies", hint=_HINT)
    if shared and found["user"] is not None:
        message = "a user or password does not belong in a repository's settings"
        raise UsageError(BAD_STORE, message, hint=f"leave it out, and set {VARIABLE} where the application runs")
    return CacheAddress(kind="redis", url=written, shared=shared)


def _is_url(written: str) -> bool:
    try:
        return bool(urlsplit(written).hostname)
    except ValueError:
        return False


def _policy(table: Mapping[str, Any], before: CachePolicy) -> CachePolicy:
    semantic = before.semantic
    if isinstance(written := table.get("semantic"), Mapping):
        semantic = Semantic(model=written["model"], least=float(written.get("min", 0.95)))
    elif written is False:
        semantic = None
    ttl = parse_age(table["ttl"]) if "ttl" in table else before.ttl
    return CachePolicy(mode=table.get("mode", before.mode), ttl=ttl, semantic=semantic)
