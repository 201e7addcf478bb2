"""Tokens: what they allow, how they are made, and who is recognized."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.token import ACTIONS, LONGEST, Token, new_token, recognized, token_from
from promptctl.errors import UsageError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def made(*actions: str, environments: tuple[str, ...] = ("staging",), chance: bytes = bytes(38)) -> tuple[Token, str]:
    return new_token("robot", environments, actions or ("promote",), NOW, DAY, chance)


@pytest.mark.parametrize(
    ("places", "action", "environment", "allowed"),
    [
        (("staging",), "promote", "staging", True),
        (("staging",), "promote", "prod", False),
        (("staging",), "rollback", "staging", False),
        (("*",), "promote", "prod", True),
        (("staging", "prod"), "promote", "prod", True),
        (("staging",), "promote", None, True),
        (("staging",), "read", None, False),
        (("stag",), "promote", "staging", False),
    ],
)
def test_what_a_token_allows(places: tuple[str, ...], action: str, environment: str | None, allowed: bool) -> None:
    token, _ = made(environments=places)
    assert (token.refusal(action, environment) is None) is allowed


@given(st.binary(min_size=38, max_size=38), st.binary(min_size=38, max_size=38))
def test_only_its_own_text_is_recognized(one: bytes, other: bytes) -> None:
    token, text = made(chance=one)
    assert recognized(text, {token.id: token}, NOW) == token
    strange = made(chance=one[:6] + other[6:])[1]
    assert recognized(strange, {token.id: token}, NOW) == (token if one[6:] == other[6:] else None)
    assert text[18:] not in str(token.to_dict())


@pytest.mark.parametrize("later", [DAY, DAY + timedelta(seconds=1), 400 * DAY])
def test_nobody_is_recognized_after_the_end(later: timedelta) -> None:
    token, text = made()
    assert recognized(text, {token.id: token}, NOW + later) is None
    assert recognized(text, {token.id: token}, NOW + DAY - timedelta(seconds=1)) == token


@pytest.mark.parametrize("text", ["", "pctl_", "Bearer x", "pctl_000000000000_", "pctl_000000000000_" + "A" * 44, "\0"])
def test_what_is_no_token_is_nobody(text: str) -> None:
    token, _ = made()
    assert recognized(text, {token.id: token}, NOW) is None


def test_a_kept_token_is_read_back() -> None:
    token, _ = made(*ACTIONS)
    assert token_from(token.to_dict()) == token


@pytest.mark.parametrize(
    ("name", "environments", "actions", "lasts"),
    [
        ("", ("prod",), ("read",), DAY),
        ("a\nb", ("prod",), ("read",), DAY),
        ("robot", ("prod",), ("deploy",), DAY),
        ("robot", (), ("read",), DAY),
        ("robot", ("prod",), (), DAY),
        ("robot", ("prod",), ("read",), timedelta(0)),
        ("robot", ("prod",), ("read",), LONGEST + DAY),
    ],
)
def test_what_cannot_be_a_token(
    name: str, environments: tuple[str, ...], actions: tuple[str, ...], lasts: timedelta
) -> None:
    with pytest.raises(UsageError):
        new_token(name, environments, actions, NOW, lasts, bytes(38))
