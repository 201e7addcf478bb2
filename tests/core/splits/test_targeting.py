"""``when``: who matches, what is no condition, and that none of them runs for long or reaches out."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.splits.targeting import MAX_DEPTH, MAX_LENGTH, condition
from promptctl.errors import UsageError

ATTRIBUTES: dict[str, Any] = {"plan": "pro", "age": 30, "beta": True, "tags": ["a", "b"], "customer": {"land": "NO"}}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("plan == 'pro'", True),
        ("plan != 'pro'", False),
        ("plan == 'pro' and customer.land in ['NO', 'SE']", True),
        ("plan == 'free' or beta", True),
        ("not beta", False),
        ("age >= 18 and age < 30", False),
        ("'b' in tags", True),
        ("plan|upper == 'PRO'", True),
        ("plan.startswith('p')", True),
        ("tags|length", True),
        ("nobody == 'x'", False),
        ("nobody != 'x'", False),
        ("not nobody", False),
        ("customer.city == 'Oslo'", False),
        ("nobody is not defined and plan is defined", True),
        ("nobody|default('x') == 'x'", True),
        ("range is defined", False),
        ("result is defined", False),
    ],
)
def test_who_matches(text: str, matches: bool) -> None:
    assert condition(text)(ATTRIBUTES) is matches


class Plan(StrEnum):
    """As applications have them."""

    PRO = "pro"


class Level(IntEnum):
    """The same for numbers."""

    HIGH = 3


class Account:
    """An object that must not be told what to do by a file."""

    deleted = False

    def delete(self) -> bool:
        self.deleted = True
        return True

    def __str__(self) -> str:
        return "account 7"


def test_objects_of_an_application_are_data_and_no_more() -> None:
    account = Account()
    given = {"plan": Plan.PRO, "level": Level.HIGH, "account": account, "at": date(2026, 11, 21), "roles": {"admin"}}
    assert condition("plan == 'pro' and level > 2 and account == 'account 7' and 'admin' in roles")(given)
    assert condition("at >= '2026-11-01' and plan.startswith('p')")(given)
    assert condition("account.delete()")(given) is False
    assert condition("account.deleted is defined")(given) is False
    assert not account.deleted


def test_what_is_not_read_may_be_anything() -> None:
    circle: list[Any] = []
    circle.append(circle)
    assert condition("plan == 'pro'")({"plan": "pro", "circle": circle, 7: 8})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="was not answered"):
        condition("circle == 1")({"circle": circle})


def test_without_attributes_nobody_matches() -> None:
    assert condition("plan == 'pro'")({}) is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "unexpected"),
        ("plan = 'pro'", "it ends before `=`"),
        ("plan == 'pro' plan", "it ends before `plan`"),
        ("plan == 'pro", "unexpected char"),
        ("'pro' == 'pro'", "it reads no attribute"),
        ("true", "it reads no attribute"),
        ("plan|shout", "No filter named 'shout'"),
        ("plan is loud", "No test named 'loud'"),
        ("{{ plan }}", "expected token"),
        ("plan }}{% for x in y %}", "it ends before `}}`"),
        ("not " * MAX_DEPTH + "plan", f"it is nested more than {MAX_DEPTH} deep"),
        ("-" * (MAX_LENGTH - 4) + "plan", "it is nested"),
        ("plan == '" + "x" * MAX_LENGTH + "'", f"it is longer than {MAX_LENGTH} characters"),
    ],
)
def test_what_is_no_condition(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        condition(text)
    assert caught.value.code == "PC243"
    assert str(caught.value).startswith(f"`when` is no condition: {why}")
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "plan > 5",
        "plan * 100000000 == 'x'",
        "2 ** 5000 == age",
        "plan.__class__ == 'x'",
        "age.real",
        "(tags * 9999)|join|length",
        "tags|map('upper')|list|first|center(9999999)",
    ],
)
def test_what_cannot_be_answered_raises_at_once(text: str) -> None:
    answer = condition(text)
    with pytest.raises(UsageError, match="was not answered") as caught:
        answer(ATTRIBUTES)
    assert caught.value.code == "PC244"


def test_a_large_attribute_is_not_read_for_ever() -> None:
    answer = condition("plan == other")
    with pytest.raises(UsageError, match="it reads or makes more than an answer may cost"):
        answer({"plan": "x" * 10_000_000, "other": "x" * 10_000_000})


WORDS = st.sampled_from("plan age 'x' 1 0.5 ( ) [ ] { } , : . | == < in is not and or if else - * ** ~ % lower".split())


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_condition_or_is_refused(text: str) -> None:
    with suppress(UsageError):
        assert callable(condition(text))
