"""The SQL that one would write by hand for an experiment's report, and the libraries that one would load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MEMBER = """prompt = 'support/triage' AND environment = 'prod' AND "at" >= $since AND split = 'triage-tone'
  AND reason NOT LIKE 'forced%' AND unit IS NOT NULL"""
_TIMED = f"{_MEMBER} AND status = 'ok' AND latency_ms IS NOT NULL"
_SHARES = "0.9496, 0.95, 0.9504"
_QUANTILES = {
    "duckdb": f"SELECT arm, quantile_disc(latency_ms, [{_SHARES}]) FROM events WHERE {_TIMED} GROUP BY arm",  # noqa: S608
    "postgresql": f"""SELECT arm, percentile_disc(ARRAY[{_SHARES}]) WITHIN GROUP (ORDER BY latency_ms)
      FROM events WHERE {_TIMED} GROUP BY arm""",  # noqa: S608
}
_COUNTS = f"SELECT arm, count(*) FROM events WHERE {_TIMED} GROUP BY arm"  # noqa: S608
_RANKED = f"""
WITH placed AS (SELECT arm, latency_ms, row_number() OVER (PARTITION BY arm ORDER BY latency_ms) AS place
  FROM events WHERE {_TIMED})
SELECT arm, place, latency_ms FROM placed WHERE place IN ($places)"""  # noqa: S608
_PRODUCTS = ", ".join(
    f"sum({x}), sum({y}), sum({x} * {x}), sum({y} * {y}), sum({x} * {y})"
    for x, y in (("score", "scored"), ("errors", "answers"), ("dollars", "priced"), ("below", "timed"))
)
_UNITS = f"""
WITH given AS (SELECT event, count(*) AS number, sum(value) AS total FROM scores
    WHERE name = 'resolved' GROUP BY event),
  units AS (SELECT unit, min(arm) AS arm, count(*) AS calls,
    sum(CASE WHEN status <> 'cancelled' THEN 1.0 ELSE 0 END) AS answers,
    sum(CASE WHEN status NOT IN ('ok', 'cancelled') THEN 1.0 ELSE 0 END) AS errors,
    1.0 * count(cost) AS priced, sum(cost / 1e12) AS dollars, 1.0 * sum(number) AS scored, sum(total) AS score,
    sum(CASE WHEN status = 'ok' AND latency_ms IS NOT NULL THEN 1.0 ELSE 0 END) AS timed,
    sum(CASE WHEN status = 'ok' AND latency_ms <= CASE arm $limits END THEN 1.0 ELSE 0 END) AS below
    FROM events LEFT JOIN given ON id = event WHERE {_MEMBER} GROUP BY unit HAVING min(arm) = max(arm))
SELECT arm, count(*), sum(calls), {_PRODUCTS} FROM units GROUP BY arm"""  # noqa: S608


def queries_of(engine: str, connection: Any, since: str) -> Iterator[str]:
    """The queries, each for what the one before gave: the quantiles of both arms, then sums over units."""
    import tea_tasting  # noqa: F401 - whoever does this by hand tests with something

    if engine == "sqlite":
        places, middles = [], {}
        for arm, count in connection.execute(_COUNTS.replace("$since", since)).fetchall():
            ranks = [-(-round(float(share) * 10_000) * count // 10_000) for share in _SHARES.split(", ")]
            places += ranks
            middles[arm] = ranks[1]
        ranked = _RANKED.replace("$places", ", ".join(map(str, places or [0]))).replace("$since", since)
        rows = connection.execute(ranked).fetchall()
        limits = {arm: value for arm, place, value in rows if place == middles[arm]}
    else:
        limits = {
            arm: values[1] for arm, values in connection.execute(_QUANTILES[engine].replace("$since", since)).fetchall()
        }
    cases = " ".join(f"WHEN '{arm}' THEN {value!r}" for arm, value in limits.items()) or "WHEN '' THEN 0"
    yield _UNITS.replace("$limits", cases)
