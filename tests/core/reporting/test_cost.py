"""Sums of money to the last digit, and what reports say of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from promptctl.core.reporting.cost import Amounts, CostPart, cost_report
from promptctl.core.reporting.money import exact, shown, tokens
from promptctl.core.reporting.sparkline import sparkline
from promptctl.core.reporting.window import DAY, HOUR, Grouping

BY_MODEL = Grouping(columns=("model",))


def part(model: str | None, day: int, **amounts: int) -> CostPart:
    return CostPart(
        keys=None if model is None else (model,), start=day * DAY, amounts=Amounts(**{"calls": 1} | amounts)
    )


def test_lines_shares_and_days_of_a_report() -> None:
    parts = [
        part("a", 10, cost=1, calls=2, input=5),
        part("b", 10, cost=7, unpriced=1),
        part(None, 12, cost=2),
        part("a", 12, cost=0, saved=3, hits=1, input=7),
    ]
    report = cost_report(parts, BY_MODEL)
    assert [(line.keys, line.amounts.cost, line.share, line.days) for line in report.lines] == [
        (("b",), 7, 0.7, (7, 0, 0)),
        (("a",), 1, 0.1, (1, 0, 0)),
        (None, 2, 0.2, (0, 0, 2)),
    ]
    assert report.total == Amounts(calls=5, unpriced=1, hits=1, input=12, cost=10, saved=3)
    assert (report.days, report.first, report.last) == ((8, 0, 2), 10 * DAY, 12 * DAY)


def test_lines_of_times_are_in_their_order() -> None:
    parts = [
        CostPart(keys=("a",), start=30 * HOUR, amounts=Amounts(calls=1, cost=4)),
        CostPart(keys=("a",), start=3 * HOUR, amounts=Amounts(calls=1, cost=5)),
        CostPart(keys=("b",), start=30 * HOUR, amounts=Amounts(calls=1, cost=6)),
    ]
    report = cost_report(parts, Grouping(columns=("model",), unit="hour"))
    assert [(line.start, line.keys) for line in report.lines] == [
        (3 * HOUR, ("a",)),
        (30 * HOUR, ("b",)),
        (30 * HOUR, ("a",)),
    ]
    assert report.days == (5, 10)


def test_nothing_at_all() -> None:
    report = cost_report([], BY_MODEL)
    assert (report.lines, report.total, report.days, report.first) == ((), Amounts(), (), None)


def test_no_known_cost_has_no_share() -> None:
    (line,) = cost_report([part("a", 1, unpriced=1)], BY_MODEL).lines
    assert line.share is None


@pytest.mark.parametrize(
    ("dollars", "spelled", "people"),
    [
        ("0", "0", "$0.0000"),
        ("0.000000000001", "0.000000000001", "<$0.000001"),
        ("0.00250", "0.0025", "$0.002500"),
        ("12.30", "12.3", "$12.3000"),
        ("1234.567", "1234.567", "$1,234.57"),
        ("-0.5", "-0.5", "-$0.5000"),
        ("100", "100", "$100.00"),
    ],
)
def test_money(dollars: str, spelled: str, people: str) -> None:
    assert (exact(Decimal(dollars)), shown(Decimal(dollars))) == (spelled, people)


def test_small_things() -> None:
    assert shown(Decimal(2), at_least=True) == "≥ $2.0000"
    assert [tokens(it) for it in (None, 0, 9_999, 10_000, 2_500_000, 7 * 10**9)] == [
        "-",
        "0",
        "9999",
        "10.0k",
        "2.5M",
        "7.0G",
    ]
    assert sparkline([0, 1, 8]) == " ▂█"
    assert sparkline([1] * 48) == "█" * 24
    assert sparkline([]) == sparkline([0, 0]) == ""
