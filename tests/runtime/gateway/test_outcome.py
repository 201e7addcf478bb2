from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from promptctl.adapters.providers import WIRE_FORMATS
from promptctl.adapters.providers.exchange import Answer
from promptctl.core.models.provider import BUILT_IN
from promptctl.runtime.gateway.outcome import fault_of, reply_of, retry_after
from tests.servers import openai_answer

NOW = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    return Answer(status=status, headers=headers, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "error", "kind", "code", "passing"),
    [
        (429, {}, "rate-limited", "PC079", True),
        (429, {"type": "insufficient_quota"}, "quota", "PC079", False),
        (429, {"code": "insufficient_quota"}, "quota", "PC079", False),
        (402, {"type": "billing_error"}, "quota", "PC079", False),
        (500, {}, "failing", "PC080", True),
        (503, {}, "failing", "PC080", True),
        (529, {"type": "overloaded_error"}, "failing", "PC080", True),
        (408, {}, "failing", "PC080", True),
        (400, {}, "refused", "PC081", False),
        (404, {}, "refused", "PC081", False),
        (401, {}, "unauthorized", "PC082", False),
        (403, {}, "unauthorized", "PC082", False),
        (302, {}, "malformed", "PC083", False),
        (304, {}, "malformed", "PC083", False),
    ],
)
def test_each_status_has_its_outcome(status: int, error: dict[str, str], kind: str, code: str, passing: bool) -> None:
    fault = fault_of(answer(status, {"error": {"message": "because", **error}}), BUILT_IN["openai"], (), NOW)
    assert fault is not None
    assert (fault.kind, fault.code, fault.passing, fault.status, fault.exit_code) == (kind, code, passing, status, 4)
    assert f"openai (api.openai.com) answered {status}" in str(fault)
    assert str(fault).endswith(": because")


def test_a_reply_has_its_price_and_where_it_came_from() -> None:
    reply = reply_of(answer(200, openai_answer()), WIRE_FORMATS["openai"], BUILT_IN["openai"], "gpt-4.1", 3.0, NOW)
    assert reply.cost == pytest.approx((60 * 2 + 40 * 0.5 + 20 * 8) / 1e6)
    assert (reply.provider, reply.host, reply.latency_ms) == ("openai", "api.openai.com", 3.0)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_a_success_is_no_fault(status: int) -> None:
    assert fault_of(answer(status), BUILT_IN["openai"], (), NOW) is None


@pytest.mark.parametrize("body", [None, [], "x", {"error": None}, {"error": "said so"}, {"error": {"message": 5}}])
def test_any_error_body_will_do(body: Any) -> None:
    assert fault_of(answer(500, body), BUILT_IN["openai"], (), NOW) is not None
    assert fault_of(Answer(status=500, headers={}, body=b"<html>\xff"), BUILT_IN["openai"], (), NOW) is not None


def test_a_long_and_talkative_error_is_short_and_masked() -> None:
    key = "relay-0123456789-abcdefghij"
    said = "x" * 490 + f" your key {key} and sk-proj-0123456789abcdefghij" + " y" * 500
    fault = fault_of(answer(401, {"error": {"message": said}}), BUILT_IN["openai"], (key,), NOW)
    assert fault is not None
    assert "relay-0" not in str(fault)
    assert len(str(fault)) < 600
    assert fault.hint == "check OPENAI_API_KEY"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sun, 01 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 01 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Wed, 21 Oct 2026 8:00 1111111111111111111111111 GMD"}, None),
    ],
)
def test_how_long_a_provider_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
