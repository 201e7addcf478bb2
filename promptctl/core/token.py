"""Tokens of the HTTP API: who may do what where, until when. Only digests of them are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from promptctl.core.suggestion import suggest
from promptctl.core.timestamp import timestamp
from promptctl.errors import UsageError

ACTIONS = ("read", "promote", "rollback", "split", "freeze", "feedback", "events")
EVERYWHERE = "*"
LONGEST = timedelta(days=365)
UNFIT = "PC312"
_SPELLED = re.compile(r"pctl_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """``digest`` is of the secret part, 32 random bytes: no salt is needed, nobody can guess that.

    ``environments`` are names, or ``*``; ``expires`` and ``created`` as timestamps, which compare as texts.
    """

    id: str
    name: str
    digest: str
    environments: tuple[str, ...]
    actions: tuple[str, ...]
    created: str
    expires: str

    def refusal(self, action: str, environment: str | None) -> str | None:
        """Why it may not do that, or None. Without an environment it is enough to be allowed the action."""
        if action not in self.actions:
            return f"the token of {self.name} may not {action}: it may {', '.join(self.actions)}"
        if environment is None or EVERYWHERE in self.environments or environment in self.environments:
            return None
        return f"the token of {self.name} is not for {environment}: it is for {', '.join(self.environments)}"

    def to_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "id": self.id,
            "name": self.name,
            "digest": self.digest,
            "environments": list(self.environments),
            "actions": list(self.actions),
            "created": self.created,
            "expires": self.expires,
        }


def token_from(value: Mapping[str, Any]) -> Token:
    """A kept token. Raises KeyError and TypeError on what is none."""
    return Token(
        id=str(value["id"]),
        name=str(value["name"]),
        digest=str(value["digest"]),
        environments=tuple(map(str, value["environments"])),
        actions=tuple(map(str, value["actions"])),
        created=str(value["created"]),
        expires=str(value["expires"]),
    )


def new_token(
    name: str, environments: Iterable[str], actions: Iterable[str], now: datetime, lasts: timedelta, chance: bytes
) -> tuple[Token, str]:
    """A token and its text, which is shown once. ``chance`` are 38 random bytes. Raises UsageError."""
    from base64 import urlsafe_b64encode

    wanted, places = tuple(dict.fromkeys(actions)), tuple(dict.fromkeys(environments))
    if not _NAME.fullmatch(name):
        raise UsageError(UNFIT, f"{name!r} cannot name a token", hint="letters, digits, spaces, dots and dashes")
    for action in wanted:
        if action not in ACTIONS:
            raise UsageError(
                UNFIT, f"there is no action {action!r}", hint=suggest(action, ACTIONS) or ", ".join(ACTIONS)
            )
    if not wanted or not places:
        raise UsageError(UNFIT, "a token is for something, somewhere", hint="--env ENV --allow read")
    if not timedelta(0) < lasts <= LONGEST:
        raise UsageError(UNFIT, f"a token lasts at most {LONGEST.days} days", hint="--expires 90d")
    called, secret = chance[:6].hex(), urlsafe_b64encode(chance[6:]).decode().rstrip("=")
    token = Token(
        id=called,
        name=name,
        digest=digest_of(secret),
        environments=places,
        actions=wanted,
        created=timestamp(now),
        expires=timestamp(now + lasts),
    )
    return token, f"pctl_{called}_{secret}"


def digest_of(secret: str) -> str:
    """What is kept of a token's secret part."""
    return hashlib.sha256(b"promptctl-token/v1\n" + secret.encode()).hexdigest()


def recognized(text: str, tokens: Mapping[str, Token], now: datetime) -> Token | None:
    """The token that a text spells, when it is known and has not expired.

    What is compared takes the same time whether the id is known or not.
    """
    found = _SPELLED.fullmatch(text)
    if found is None:
        return None
    token = tokens.get(found[1])
    same = hmac.compare_digest(digest_of(found[2]), token.digest if token else "0" * 64)
    return token if token and same and timestamp(now) < token.expires else None
