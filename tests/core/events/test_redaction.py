"""What stores never see: secrets in any column, names of units, what nobody asked to keep."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.events.event import EVENTS, SCORES, Event, Score
from promptctl.core.events.redaction import MOST_CONTENT, MOST_NAME, Redactor, hashed
from tests.event_samples import event, events, score, scores

SECRET = "canary-7f3a9b2c4d5e6f708192"
SHAPED = "sk-" + "a1B2" * 8
TEXTS = [column.name for column in EVENTS.columns if column.kind == "text" and column.name not in ("unit", "user")]


def cells(value: Event | Score, redactor: Redactor) -> dict[str, Any]:
    if isinstance(value, Event):
        return dict(zip(EVENTS.names, redactor.event(value), strict=True))
    return dict(zip(SCORES.names, redactor.score(value), strict=True))


@pytest.mark.parametrize("column", [*TEXTS, "unit", "user"])
@pytest.mark.parametrize("secret", [SECRET, SHAPED], ids=["known", "shaped"])
def test_no_column_of_text_holds_a_secret(column: str, secret: str) -> None:
    found = cells(event(**{column: f"before {secret} after"}), Redactor([SECRET]))
    assert secret not in str(found)
    assert found[column].startswith("sha256:" if column in ("unit", "user") else "before [masked]")


@pytest.mark.parametrize("column", ["name", "comment", "correction"])
def test_no_score_holds_a_secret(column: str) -> None:
    assert SECRET not in str(cells(score(**{column: SECRET}), Redactor([SECRET])))


@pytest.mark.parametrize("column", ["attributes", "inputs", "output"])
def test_no_json_holds_a_secret_in_keys_or_values(column: str) -> None:
    value = {SECRET: [SECRET, {"a": f"x{SHAPED}"}], "pem": "-----BEGIN RSA PRIVATE KEY-----\nabc\n"}
    found = cells(event(**{column: value}), Redactor([SECRET], content=True))[column]
    assert json.loads(found) == {"[masked]": ["[masked]", {"a": f"x{SHAPED}"}], "pem": "[masked]"}


def test_a_secret_on_the_edge_of_what_is_kept_is_masked_whole() -> None:
    found = cells(event(endpoint="x" * (MOST_NAME - 10) + SECRET), Redactor([SECRET]))["endpoint"]
    assert found == ("x" * (MOST_NAME - 10) + "[masked]")[:MOST_NAME]


def test_content_is_kept_only_if_asked_for() -> None:
    call = event(inputs={"ticket": "broken"}, output="billing")
    assert [cells(call, Redactor())[name] for name in ("inputs", "output")] == [None, None]
    assert [cells(call, Redactor(content=True))[name] for name in ("inputs", "output")] == [
        '{"ticket":"broken"}',
        '"billing"',
    ]


def test_content_is_cut_where_it_is_too_long_and_stays_json() -> None:
    value = {"long": "y" * (2 * MOST_CONTENT), "many": list(range(100_000)), "last": "z"}
    found = cells(event(inputs=value), Redactor(content=True))["inputs"]
    assert len(found) <= MOST_CONTENT + 100
    assert json.loads(found)["long"].startswith("yyy")
    many = json.loads(cells(event(inputs=[0] * 100_000), Redactor(content=True))["inputs"])
    assert 0 < len(many) <= MOST_CONTENT


def test_what_is_no_json_becomes_text() -> None:
    found = cells(
        event(attributes={"day": date(2026, 1, 2), "odd": float("nan"), "big": 2**70, "lone": "\ud800\0"}), Redactor()
    )
    assert json.loads(found["attributes"]) == {"day": "2026-01-02", "odd": "nan", "big": str(2**70), "lone": "?�"}


@pytest.mark.parametrize("number", [10**400, -(10**400), 10**5000], ids=["large", "negative", "endless"])
def test_whole_numbers_beyond_all_doubles_cost_no_event(number: int) -> None:
    found = json.loads(cells(event(attributes={"all": [number]}), Redactor())["attributes"])
    assert found["all"][0].startswith(f"{number:#x}"[:80])


def test_units_are_hashed_alike_once_and_only_if_wanted() -> None:
    call = event(unit="ada", user="ada")
    found = cells(call, Redactor())
    assert found["unit"] == found["user"] == hashed("ada") == hashed(hashed("ada"))
    assert cells(call, Redactor(names_hashed=False))["unit"] == "ada"
    assert hashed("ada") != hashed("adb")


REFUSED: list[dict[str, Any]] = [
    {"prompt": None},
    {"cost": 2**63},
    {"cost": 1.5},
    {"at": "now"},
    {"model": 7},
    {"latency_ms": "fast"},
    {"latency_ms": float("nan")},
    {"latency_ms": 2**64},
    {"attempts": True},
]


@pytest.mark.parametrize("fields", REFUSED, ids=str)
def test_what_no_store_could_keep_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Redactor().event(event(**fields))


@given(events | scores, st.booleans())
def test_redacting_twice_changes_nothing_more(value: Event | Score, content: bool) -> None:
    redactor = Redactor([SECRET], content=content)
    once = cells(value, redactor)
    again = dict(once)
    for name in ("attributes", "inputs", "output"):
        if again.get(name) is not None:
            again[name] = json.loads(again[name])
    assert cells(type(value)(**again), redactor) == once
