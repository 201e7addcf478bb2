from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.models.tier import Measured, Ranking, blended, rank, tier_wish


def model(name: str, passed: int = 95, price: str | None = "1", latency: float | None = 100.0) -> Measured:
    amount = None if price is None else Decimal(price)
    return Measured(model=name, passed=passed, cases=100, latency_p95_ms=latency, usd_per_mtok=amount)


def ranked(tier: str, *models: Measured, listed: list[str] | None = None, **limits: float) -> Ranking:
    return rank(tier_wish({"tier": tier, **limits}), models, listed)


def names(found: Ranking) -> list[str]:
    return [it.model for it in found.models]


DEAR, FAIR, CHEAP = model("dear", 99, "30"), model("fair", 97, "5"), model("cheap", 88, "0.5")


@pytest.mark.parametrize(
    ("tier", "order"),
    [
        ("premium", ["dear", "fair", "cheap"]),
        ("balanced", ["fair", "dear", "cheap"]),
        ("economy", ["cheap", "fair", "dear"]),
    ],
)
def test_quality_against_price(tier: str, order: list[str]) -> None:
    assert names(ranked(tier, CHEAP, DEAR, FAIR)) == order


def test_few_cases_count_for_little() -> None:
    lucky = Measured(model="lucky", passed=3, cases=3, latency_p95_ms=1, usd_per_mtok=Decimal("0.1"))
    assert names(ranked("balanced", lucky, FAIR)) == ["fair", "lucky"]


@pytest.mark.parametrize(
    ("limits", "it", "reason"),
    [
        ({"max_usd_per_mtok": 5}, model("m", price="5.0000000001"), "a million tokens cost $5.0000000001, over $5"),
        ({"max_usd_per_mtok": 5}, model("m", price=None), "its price is unknown"),
        ({"max_latency_ms": 100}, model("m", latency=100.5), "95 % of its answers take 100 ms, over 100"),
        ({"max_latency_ms": 100}, model("m", latency=None), "its latency is unknown"),
    ],
)
def test_budgets(limits: dict[str, Any], it: Measured, reason: str) -> None:
    assert ranked("premium", it, **limits) == Ranking(models=(), left_out={"m": reason})
    assert names(ranked("premium", it)) == ["m"]
    assert names(ranked("premium", model("m", price="5"), max_usd_per_mtok=5, max_latency_ms=100)) == ["m"]


def test_only_what_is_covered_and_listed() -> None:
    found = ranked("economy", CHEAP, DEAR, listed=["dear", "new"])
    assert names(found) == ["dear"]
    assert found.left_out == {
        "new": "no live evidence covers it",
        "cheap": "it is not listed in [models.tiers] economy",
    }
    nobody = Measured(model="m", passed=0, cases=0, latency_p95_ms=None, usd_per_mtok=None)
    assert ranked("economy", nobody).left_out == {"m": "none of its cases could be judged"}


def test_an_unknown_price_comes_last_among_the_good() -> None:
    assert names(ranked("balanced", model("unknown", 97, None), FAIR, DEAR)) == ["fair", "dear", "unknown"]


def test_three_parts_of_input_and_one_of_output() -> None:
    assert blended(Decimal("2"), Decimal("8")) == Decimal("3.5")


MODELS = st.lists(
    st.builds(
        Measured,
        model=st.text("abc", min_size=1, max_size=4),
        passed=st.integers(0, 20),
        cases=st.just(20),
        latency_p95_ms=st.none() | st.floats(0, 1000),
        usd_per_mtok=st.none() | st.decimals(0, 100, places=3),
    ),
    unique_by=lambda it: it.model,
)


@given(MODELS, st.sampled_from(["premium", "balanced", "economy"]), st.none() | st.integers(1, 50), st.randoms())
def test_every_model_is_ranked_or_left_out_whatever_the_order(
    models: list[Measured], tier: str, most: int | None, shuffled: Any
) -> None:
    limits: dict[str, Any] = {} if most is None else {"max_usd_per_mtok": most}
    found = ranked(tier, *models, **limits)
    assert sorted([*names(found), *found.left_out]) == sorted(it.model for it in models)
    other = list(models)
    shuffled.shuffle(other)
    assert names(ranked(tier, *other, **limits)) == names(found)
