"""Costs worked out by hand, and what a window and its filters leave."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from promptctl.adapters.warehouse.costs import cached_tokens, cost_parts
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.redaction import hashed
from promptctl.core.models.price import Price, picodollars
from promptctl.core.models.request import Usage
from promptctl.core.reporting.cost import CachedTokens, cost_report
from promptctl.core.reporting.window import DAY, Grouping, Window
from tests.event_samples import NOON, event
from tests.event_stores import opened, write_sqlite

PRICE = Price(
    models="*", input=Decimal("2"), output=Decimal("8"), cache_read=Decimal("0.5"), cache_write=Decimal("2.5")
)
BY_MODEL = Grouping(columns=("model",))


def test_a_month_by_hand_with_cached_reads_and_writes(tmp_path: Path) -> None:
    # 1,000 tokens in, of which 600 read from and 300 written to the provider's cache, and 50 out:
    # 100 x $2 + 600 x $0.50 + 300 x $2.50 + 50 x $8 a million = $0.00165.
    usage = Usage(input=1000, output=50, cache_read=600, cache_write=300)
    cost = PRICE.cost(usage)
    assert cost == Decimal("0.00165")
    cached = {"input_tokens": 1000, "output_tokens": 50, "cache_read_tokens": 600, "cache_write_tokens": 300}
    calls = [
        event(1, cost=picodollars(cost), **cached),
        event(2, cost=picodollars(cost), **cached),
        event(3, cost=1, input_tokens=7, output_tokens=None),  # a millionth of a millionth of a dollar
        event(4, cost=None, status="ok"),
        event(5, cost=None, status="rate-limited", input_tokens=None, output_tokens=None),
        event(6, cost=0, saved=picodollars(cost), cache="exact"),
    ]
    with opened(write_sqlite(tmp_path / "e.sqlite3", calls)) as warehouse:
        total = cost_report(cost_parts(warehouse, Window(), BY_MODEL, 9), BY_MODEL).total
        tokens = cached_tokens(warehouse, Window())
    assert total.dollars == Decimal("0.003300000001")
    assert total.saved_dollars == Decimal("0.00165")
    assert (total.calls, total.unpriced, total.hits) == (6, 1, 1)
    assert (total.input, total.cache_read, total.cache_write) == (2827, 1200, 600)
    assert tokens == [CachedTokens(provider="openai", model="gpt-4.1", cache_read=1200, cache_write=600)]


def test_sums_may_pass_what_sixty_four_bits_hold(tmp_path: Path) -> None:
    most = 2**63 - 1
    with opened(
        write_sqlite(tmp_path / "e.sqlite3", [event(it, cost=most, saved=most) for it in range(9)])
    ) as warehouse:
        (part,) = cost_parts(warehouse, Window(), Grouping(), 1)
    assert (part.amounts.cost, part.amounts.saved) == (9 * most, 9 * most)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    calls = [
        event(0, model="a", cost=5, user=hashed("ann"), attributes={"region": "eu"}),
        event(1, model="b", cost=3, at=NOON + DAY, endpoint="mail", attributes={"region": "us", "n": 1}),
        event(2, model=None, cost=2, at=NOON + 2 * DAY, version=None, prompt="other"),
        event(3, model="c", cost=9, at=NOON + 2 * DAY, environment="staging"),
    ]
    return opened(write_sqlite(tmp_path_factory.mktemp("e") / "e.sqlite3", calls))


@pytest.mark.parametrize(
    ("window", "cost"),
    [
        (Window(), 19),
        (Window(since=NOON + DAY), 14),
        (Window(until=NOON + DAY), 5),
        (Window(since=NOON + 1, until=NOON + 2 * DAY), 3),
        (Window(equal={"prompt": "other"}), 2),
        (Window(equal={"environment": "staging"}), 9),
        (Window(equal={"endpoint": "mail", "model": "b"}), 3),
        (Window(equal={"model": "it's"}), 0),
        (Window(equal={"user": "ann"}), 5),
        (Window(equal={"user": hashed("ann")}), 5),
        (Window(equal={"user": "bob"}), 0),
        (Window(attributes={"region": "eu"}), 5),
        (Window(attributes={"region": "us", "n": "1"}), 3),
        (Window(attributes={"region": "us", "n": "2"}), 0),
    ],
)
def test_a_window_and_its_filters(warehouse: Warehouse, window: Window, cost: int) -> None:
    assert sum(part.amounts.cost for part in cost_parts(warehouse, window, Grouping(), 1)) == cost


def test_all_but_the_dearest_groups_are_one(warehouse: Warehouse) -> None:
    report = cost_report(cost_parts(warehouse, Window(), BY_MODEL, 2), BY_MODEL)
    assert [(line.keys, line.amounts.cost, line.amounts.calls) for line in report.lines] == [
        (("c",), 9, 1),
        (("a",), 5, 1),
        (None, 5, 2),
    ]
    assert [line.keys for line in cost_report(cost_parts(warehouse, Window(), BY_MODEL, 9), BY_MODEL).lines] == [
        ("c",),
        ("a",),
        ("b",),
        ("",),
    ]
