"""Tells a webhook something: one JSON object by POST, without redirects, tried a few times."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from promptctl.adapters.trust import require_digest_trust
from promptctl.core.models.request import compact_json
from promptctl.core.secrets import known_values, mask_value
from promptctl.core.webhook import Webhook
from promptctl.errors import OutsideError

UNTOLD = "PC234"
_PAUSES, _SECONDS = (0.5, 2.0), 15.0


def require_webhook_trust(hook: Webhook, environment: Mapping[str, str]) -> None:
    """Returns when a webhook may be called from this machine. Raises StateError with the line that trusts it."""
    require_digest_trust(hook.digest, f"webhook would tell {hook.host}", environment)


def tell(
    hook: Webhook,
    what: Mapping[str, Any],
    environment: Mapping[str, str],
    pauses: tuple[float, ...] = _PAUSES,
    keys: tuple[str, ...] = (),
    seconds: float = _SECONDS,
) -> None:
    """Sends an object, secrets masked, those of the variables ``keys`` too; what fails in passing, or takes longer than
    ``seconds``, is tried again after each of the pauses.

    Raises StateError when it may not be called, OutsideError when it took nothing.
    """
    require_webhook_trust(hook, environment)
    body = compact_json(mask_value(what, known_values(environment, keys))).encode()
    asyncio.run(_told(hook, body, pauses, seconds))


async def _told(hook: Webhook, body: bytes, pauses: tuple[float, ...], seconds: float) -> None:
    from promptctl.adapters.providers.exchange import Bounds
    from promptctl.adapters.providers.fault import ProviderError
    from promptctl.adapters.providers.transport import Transport

    transport = Transport(hook.url, Bounds(connect=5.0, read=10.0, max_bytes=65_536))
    try:
        for pause in (*pauses, None):
            try:
                async with asyncio.timeout(seconds):
                    status = (await transport.post({}, body)).status
                said = f"answered {status}"
            except TimeoutError:
                status, said = 0, f"no whole answer within {seconds:g} s"
            except ProviderError as error:
                status, said = 0, str(error)
            if 200 <= status < 300:
                return
            if pause is None or (status and status != 429 and status < 500):
                break
            await asyncio.sleep(pause)
    finally:
        await transport.aclose()
    hint = "look at the webhook's URL; redirects are not followed"
    raise OutsideError(UNTOLD, f"the webhook at {hook.host} took nothing: {said}", hint=hint)
