"""Turns an HTTP answer into the reply it carries, or into the fault it stands for, without the key it may echo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from promptctl.adapters.providers import WireFormat
from promptctl.adapters.providers.answer import MalformedAnswer, parse_json
from promptctl.adapters.providers.exchange import Answer
from promptctl.adapters.providers.fault import FaultKind, ProviderError
from promptctl.adapters.providers.openai import error_text
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply
from promptctl.core.secrets import mask
from promptctl.runtime.gateway.pricing import price_of

MAX_SAID = 500
_OUT_OF_MONEY = ("insufficient_quota", "billing_error")


def fault_of(
    answer: Answer, provider: ProviderSettings, secrets: tuple[str, ...], now: datetime
) -> ProviderError | None:
    """The fault that the answer's status stands for; None for a success."""
    if 200 <= answer.status < 300:
        return None
    try:
        said = parse_json(answer.body)
    except MalformedAnswer:
        said = None
    kind = _kind(answer.status, said)
    text = mask(error_text(said), secrets)[:MAX_SAID]
    message = f"{provider.name} ({provider.host}) answered {answer.status} {_MEANINGS[kind]}"
    return ProviderError(
        kind,
        f"{message}: {text}" if text else message,
        status=answer.status,
        retry_after=retry_after(answer.headers, now),
        hint=_hint(kind, provider, answer.status),
    )


def stream_fault(said: Mapping[str, Any], provider: ProviderSettings, secrets: tuple[str, ...]) -> ProviderError:
    """The fault that a stream's own report of an error stands for; what it does not explain is the provider's."""
    error = said.get("error")
    names = [error.get("type"), error.get("code")] if isinstance(error, Mapping) else []
    known = [_STATUSES.get(str(name), name) for name in names]
    status = next((it for it in known if isinstance(it, int) and 400 <= it < 600), 500)
    kind = _kind(status, said)
    text = mask(error_text(said), secrets)[:MAX_SAID]
    message = f"{provider.name} ({provider.host}) broke off its answer {_MEANINGS[kind]}"
    return ProviderError(
        kind, f"{message}: {text}" if text else message, status=status, hint=_hint(kind, provider, status)
    )


def malformed(error: MalformedAnswer, provider: ProviderSettings, secrets: tuple[str, ...]) -> ProviderError:
    """The fault that an answer without sense stands for."""
    return ProviderError("malformed", f"{provider.name} ({provider.host}): {mask(str(error), secrets)[:MAX_SAID]}")


def reply_of(
    answer: Answer,
    wire: WireFormat,
    provider: ProviderSettings,
    model_id: str,
    latency_ms: float,
    at: datetime,
    secrets: tuple[str, ...] = (),
) -> Reply:
    """The reply in a success, with its price at ``at``. Raises ProviderError for a body that is no answer."""
    try:
        reply = wire.parse(parse_json(answer.body))
    except MalformedAnswer as error:
        raise malformed(error, provider, secrets) from None
    return reply_from(reply, provider, model_id, latency_ms, at)


def reply_from(reply: Reply, provider: ProviderSettings, model_id: str, latency_ms: float, at: datetime) -> Reply:
    """The reply with where it came from, how long it took, and its price at ``at``."""
    model = reply.model or model_id
    cost = price_of(provider, (model, model_id), reply.usage, at)
    return replace(
        reply,
        model=model,
        provider=provider.name,
        host=provider.host,
        latency_ms=latency_ms,
        cost=None if cost is None else float(cost),
    )


_STATUSES: Mapping[str, int] = {
    "overloaded_error": 529,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "authentication_error": 401,
    "permission_error": 403,
    "invalid_request_error": 400,
    "not_found_error": 404,
    "request_too_large": 413,
}
_MEANINGS: Mapping[FaultKind, str] = {
    "rate-limited": "(too many requests)",
    "quota": "(nothing left to spend)",
    "failing": "(it is failing)",
    "unauthorized": "(the key is refused)",
    "refused": "(the request is refused)",
    "malformed": "(no answer; redirects are not followed)",
}


def _kind(status: int, said: object) -> FaultKind:
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, dict) and (error.get("type") in _OUT_OF_MONEY or error.get("code") in _OUT_OF_MONEY):
        return "quota"
    if status == 429:
        return "rate-limited"
    if status == 408 or status >= 500:
        return "failing"
    if status < 400:
        return "malformed"
    return "unauthorized" if status in (401, 403) else "refused"


def _hint(kind: FaultKind, provider: ProviderSettings, status: int) -> str | None:
    if kind == "unauthorized":
        return f"check {provider.key}" if provider.key else f"add `key` to [providers.{provider.name}]"
    if kind == "rate-limited":
        return f"set `requests_per_minute` or a lower `concurrency` in [providers.{provider.name}]"
    if status in (301, 302, 303, 307, 308, 404, 405):
        return "check `base_url` and the model's name"
    return None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the answer asks to wait (RFC 9110, 10.2.3, or the milliseconds of some providers); None if not."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        from email.utils import parsedate_to_datetime

        at = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
