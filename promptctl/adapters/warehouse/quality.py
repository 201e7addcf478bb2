"""Asks a store how good calls were: errors, latencies and scores, grouped by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from promptctl.adapters.warehouse.chosen import bucket, chosen_calls, group_keys
from promptctl.adapters.warehouse.scored import squares, summable
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.quality import GOOD, SHARES, CallGroup, ScoreGroup
from promptctl.core.reporting.window import Grouping, Window
from promptctl.core.statistics.two_samples import Moments


def call_groups(warehouse: Warehouse, window: Window, grouping: Grouping, top: int) -> list[CallGroup]:
    """The groups with the most calls."""
    import ibis

    calls, keys = _grouped(warehouse, window, grouping)
    latencies = warehouse.engine.quantiles(calls["latency_ms"], SHARES)
    found = calls.group_by(list(keys)).aggregate(
        calls=calls.count(),
        errors=calls.count(where=calls["status"].notin(GOOD)),
        priced=calls["cost"].count(),
        cost_high=(calls["cost"] >> 32).sum(),
        cost_low=(calls["cost"] & 0xFFFF_FFFF).sum(),
        **({} if latencies is None else {"latencies": latencies}),
    )
    rows = warehouse.rows(found.order_by([ibis.desc("calls"), *keys]).limit(top))
    told = [row[-1] for row in rows] if latencies is not None else _ordered_latencies(warehouse, calls, keys, rows)
    return [_call_group(row, grouping, quantiles) for row, quantiles in zip(rows, told, strict=True)]


def score_groups(warehouse: Warehouse, window: Window, grouping: Grouping, name: str | None) -> list[ScoreGroup]:
    """The scores of each group by their names; only those of ``name`` where one is given."""
    calls, keys = _grouped(warehouse, window, grouping)
    scores = summable(warehouse.scores)
    if name is not None:
        scores = scores.filter(scores["name"] == name)
    joined = calls.select("id", *keys).inner_join(scores.select("event", "name", "value"), [("id", "event")])
    value = joined["value"]
    rows = warehouse.rows(
        joined.group_by([*keys, "name"]).aggregate(
            number=joined.count(),
            total=value.sum(),
            squares=squares(value),
            ones=joined.count(where=value == 1.0),
            zeros=joined.count(where=value == 0.0),
        )
    )
    return [_score_group(row, grouping) for row in rows]


def _grouped(warehouse: Warehouse, window: Window, grouping: Grouping) -> tuple[Any, list[str]]:
    """The calls of a window with their keys as columns, the start of the unit of time last."""
    calls = chosen_calls(warehouse, window)
    keys = {name: key.fill_null("") for name, key in group_keys(warehouse, calls, grouping).items()}
    if grouping.unit:
        keys["start"] = bucket(warehouse, calls, grouping.unit)
    wanted = ("id", "status", "latency_ms", "cost")
    return calls.select(*wanted, **(keys or {"k": _everything()})), list(keys) or ["k"]


def _everything() -> Any:
    import ibis

    return ibis.literal("")


def _ordered_latencies(
    warehouse: Warehouse, calls: Any, keys: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> list[tuple[float, ...] | None]:
    """Quantiles where the engine has none: the values that stand at their places when each group is in order."""
    import ibis

    timed = calls.filter(calls["latency_ms"].notnull())
    place = ibis.row_number().over(group_by=list(keys), order_by="latency_ms")
    ordered = timed.select(*keys, "latency_ms", place=place)
    counts = timed.group_by(list(keys)).aggregate(number=timed.count())
    counted = counts.select("number", **{f"of_{key}": counts[key] for key in keys})
    joined = ordered.inner_join(counted, [ordered[key] == counted[f"of_{key}"] for key in keys])
    wanted = ibis.or_(*(_stands_at(joined, share) for share in SHARES))
    found: dict[tuple[Any, ...], dict[int, float]] = {}
    numbers: dict[tuple[Any, ...], int] = {}
    for *names, value, at, number in warehouse.rows(
        joined.filter(wanted).select(*keys, "latency_ms", "place", "number")
    ):
        found.setdefault(tuple(names), {})[at] = value
        numbers[tuple(names)] = number
    groups = [tuple(row[: len(keys)]) for row in rows]
    return [_between(found[group], numbers[group]) if group in found else None for group in groups]


def _stands_at(joined: Any, share: float) -> Any:
    before = ((joined["number"] - 1) * share).cast("int64")
    return (joined["place"] == before) | (joined["place"] == before + 1)


def _between(values: dict[int, float], number: int) -> tuple[float, ...]:
    """Quantiles between neighbours, as the other engines find them. Source: R. J. Hyndman and Y. Fan, Sample quantiles
    in statistical packages, The American Statistician 50 (1996), definition 7."""
    found = []
    for share in SHARES:
        at = (number - 1) * share
        low = values[int(at)]
        found.append(low + (at - int(at)) * (values.get(int(at) + 1, low) - low))
    return tuple(found)


def _call_group(row: tuple[Any, ...], grouping: Grouping, latencies: Sequence[float] | None) -> CallGroup:
    keys, start, rest = _keys(row, grouping)
    number, errors, priced, high, low = rest[:5]
    return CallGroup(
        keys=keys,
        start=start,
        calls=int(number),
        errors=int(errors),
        priced=int(priced),
        cost=(int(high or 0) << 32) + int(low or 0),
        latencies=None if latencies is None or latencies[0] is None else tuple(float(it) for it in latencies),
    )


def _score_group(row: tuple[Any, ...], grouping: Grouping) -> ScoreGroup:
    keys, start, rest = _keys(row, grouping)
    name, number, total, squares, ones, zeros = rest
    sums = Moments(int(number), float(total), float(squares))
    return ScoreGroup(keys=keys, start=start, name=name, sums=sums, ones=int(ones), zeros=int(zeros))


def _keys(row: tuple[Any, ...], grouping: Grouping) -> tuple[tuple[str, ...], int | None, tuple[Any, ...]]:
    number = len(grouping.names)
    keys = tuple(str(name) for name in row[:number])
    if grouping.unit:
        return keys, int(row[number]), row[number + 1 :]
    return keys, None, row[number:] if keys else row[1:]
