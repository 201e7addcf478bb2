"""Where replies come from before a provider is asked: those recorded in the repository, then this machine's cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeGuard, get_args

from promptctl.adapters.cache_folder import cache_folder
from promptctl.adapters.files import decode, read_bytes
from promptctl.core.caching.limits import cache_limits
from promptctl.core.evals.recording import masked, parse_replies, reply_key
from promptctl.core.models.provider import ProviderSettings, answering
from promptctl.core.models.request import Reply, Request
from promptctl.core.models.request_parts import request_parts
from promptctl.core.secrets import mask
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.adapters.reply_cache import ReplyCache
    from promptctl.adapters.run_journal import RunJournal

BAD_MODE = "PC087"
Mode = Literal["auto", "recorded", "live", "refresh"]
Source = Literal["recorded", "journal", "cache", "live"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedReply:
    """A reply without secrets, and where it came from."""

    reply: Reply
    source: Source


class Replies:
    """The stores that are asked first. Modes: ``auto`` = recorded, then cache, then provider; ``recorded`` = nothing
    else; ``live`` = always the provider; ``refresh`` = the same, and what is recorded is meant to be replaced.

    ``appending``: also ``live`` asks for nothing that is recorded, since other answers to it are evidence already.
    ``journal`` has what the same run was answered before it was cut short, in every mode. ``provider`` keeps to replies
    of that provider (for ``--provider``); ``known`` are secrets to mask; ``prompt`` is who asks. ``providers`` are
    those that there are: what a host said that none of them would ask now is nobody's answer, unless it is recorded;
    None: any host.
    Raises UsageError for another mode.
    """

    def __init__(
        self,
        mode: str = "auto",
        *,
        recorded: Mapping[str, Reply] | None = None,
        cache: ReplyCache | None = None,
        journal: RunJournal | None = None,
        appending: bool = False,
        provider: str | None = None,
        known: tuple[str, ...] = (),
        prompt: str = "",
        providers: Mapping[str, ProviderSettings] | None = None,
    ) -> None:
        if mode not in get_args(Mode):
            raise UsageError(
                BAD_MODE, f"there is no way `{mode}` to get replies", hint="use " + ", ".join(get_args(Mode))
            )
        self.mode = mode
        self._recorded = {} if recorded is None else recorded
        self._cache, self._journal = cache, journal
        self._stored = mode in ("auto", "recorded") or (appending and mode == "live")
        self._provider = provider if provider != "replay" else None
        self._known = known
        self._prompt = prompt
        self._providers = providers

    def get(self, request: Request, sample: int = 0) -> SourcedReply | None:
        """The kept reply to this sample of the request; None when the provider must be asked."""
        key = reply_key(request, sample)
        if self._stored and self._fits(reply := self._recorded.get(key)):
            return SourcedReply(reply=reply, source="recorded")
        reply = self._journal.get(key, self._provider) if self._journal else None
        if reply and self._is_asked(request.model, reply):
            return SourcedReply(reply=reply, source="journal")
        reply = self._cache.get(key) if self._cache and self.mode == "auto" else None
        if self._fits(reply) and self._is_asked(request.model, reply):
            return SourcedReply(reply=reply, source="cache")
        return None

    def put(self, request: Request, sample: int, reply: Reply) -> SourcedReply:
        """Keeps a provider's reply in the cache and in the run's journal, and returns it as it is kept: masked.

        What was answered here (echo) costs nothing and must not pass for the model's answer later: it is not kept.
        """
        kept = masked(reply, self._known)
        key = reply_key(request, sample)
        if self._cache and kept.host:
            parts = {name: mask(value, self._known) for name, value in request_parts(request, sample).items()}
            self._cache.put(key, kept, prompt=self._prompt, parts=parts)
        if self._journal and kept.host:
            self._journal.put(key, self._provider, kept)
        return SourcedReply(reply=kept, source="live")

    def _fits(self, reply: Reply | None) -> TypeGuard[Reply]:
        return reply is not None and self._provider in (None, reply.provider)

    def _is_asked(self, model: str, reply: Reply) -> bool:
        """Whether who answered would be asked now: the cache is this machine's, and other repositories, or this one
        before its settings changed, may mean another host by the same name."""
        if self._providers is None:
            return True
        named = self._providers.get(self._provider or "")
        asked = (named,) if named else answering(model, self._providers)
        return any((it.name, it.host) == (reply.provider, reply.host) for it in asked)


def open_cache(environment: Mapping[str, str], *, busy_seconds: float = 5.0, together: int = 1) -> ReplyCache:
    """This machine's cache: opened when first used, closed by the caller. Raises UsageError for malformed limits."""
    from promptctl.adapters.reply_cache import ReplyCache

    folder, limits = cache_folder(environment), cache_limits(environment)
    return ReplyCache(folder, limits=limits, busy_seconds=busy_seconds, together=together)


def read_recorded(path: Path, shown: str) -> dict[str, Reply]:
    """The replies recorded in a file, none when it is not there. Raises UsageError or DocumentError with a place."""
    if not path.is_symlink() and not path.exists():
        return {}
    return parse_replies(decode(read_bytes(path, shown), shown), shown)
