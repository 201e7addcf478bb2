"""``python -m benchmarks.by_hand costs|quality|experiment ENGINE STORE SINCE``: the SQL of a report, plainly."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

_BILLED = "('ok', 'timeout', 'malformed', 'cancelled', 'app')"
_FROM = "$since"
_COSTS = f"""
SELECT model, "at" / 86400000000 AS day, count(*), sum(CASE WHEN cost IS NULL AND status IN {_BILLED} THEN 1 END),
  sum(CASE WHEN cache IN ('exact', 'semantic', 'shared') THEN 1 END), sum(input_tokens), sum(cache_read_tokens),
  sum(cache_write_tokens), sum(output_tokens), sum(cost / 1000000), sum(cost % 1000000), sum(saved / 1000000),
  sum(saved % 1000000)
FROM events WHERE "at" >= {_FROM} GROUP BY model, "at" / 86400000000"""  # noqa: S608
_CACHED = f"""
SELECT provider, model, sum(cache_read_tokens), sum(cache_write_tokens) FROM events
WHERE "at" >= {_FROM} AND (cache_read_tokens > 0 OR cache_write_tokens > 0) GROUP BY provider, model"""  # noqa: S608
_CALLS = f"""
SELECT version, count(*), sum(CASE WHEN status NOT IN ('ok', 'cancelled') THEN 1 END), count(cost),
  sum(cost / 1000000), sum(cost % 1000000){{quantiles}} FROM events WHERE "at" >= {_FROM} GROUP BY version"""  # noqa: S608
_SCORES = f"""
SELECT version, name, count(*), sum(value), sum(value * value), sum(CASE WHEN value = 1 THEN 1 END),
  sum(CASE WHEN value = 0 THEN 1 END)
FROM events JOIN scores ON id = event WHERE events."at" >= {_FROM} GROUP BY version, name"""  # noqa: S608
_PLACES = f"""
WITH timed AS (SELECT version, latency_ms FROM events WHERE "at" >= {_FROM} AND latency_ms IS NOT NULL),
  counted AS (SELECT version, count(*) AS number FROM timed GROUP BY version),
  placed AS (SELECT version, latency_ms, row_number() OVER (PARTITION BY version ORDER BY latency_ms) - 1 AS place
    FROM timed)
SELECT version, latency_ms, place FROM placed JOIN counted USING (version)
WHERE place IN (CAST((number - 1) * 0.5 AS INTEGER), CAST((number - 1) * 0.5 AS INTEGER) + 1,
  CAST((number - 1) * 0.95 AS INTEGER), CAST((number - 1) * 0.95 AS INTEGER) + 1,
  CAST((number - 1) * 0.99 AS INTEGER), CAST((number - 1) * 0.99 AS INTEGER) + 1)"""  # noqa: S608
_QUANTILES = {
    "sqlite": "",
    "duckdb": ", quantile_cont(latency_ms, [0.5, 0.95, 0.99])",
    "postgresql": ", percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms)",
}


def _connection(engine: str, store: str) -> Any:
    if engine == "sqlite":
        import sqlite3

        return sqlite3.connect(store.removeprefix("sqlite:"))
    if engine == "postgresql":
        import psycopg

        return psycopg.connect(store)
    import duckdb

    # With as much memory as reports take, where all units of an experiment have to be held.
    connection = duckdb.connect(config={"memory_limit": "256MB"})
    for table in ("events", "scores"):
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{store}/{table}-1.parquet')")  # noqa: S608
    return connection


def main(command: str, engine: str, store: str, since: str) -> None:
    """Prints the rows of every query over the calls since then, in microseconds."""
    connection = _connection(engine, store)
    queries: Iterable[str] = [_COSTS, _CACHED]
    if command == "experiment":
        from benchmarks.by_hand_experiment import queries_of

        queries = queries_of(engine, connection, since)
    if command == "quality":
        queries = [_CALLS.format(quantiles=_QUANTILES[engine]), _SCORES, *([_PLACES] if engine == "sqlite" else [])]
    for query in queries:
        spelled = query.replace(_FROM, since)
        if engine == "duckdb":
            spelled = spelled.replace(" / ", " // ")
        sys.stdout.write(f"{connection.execute(spelled).fetchall()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
