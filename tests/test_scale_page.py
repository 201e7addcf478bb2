"""What ``docs/explanation/scale.md`` shows of a collector and ClickHouse is well formed and names what events are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from promptctl.core.events.event import row
from promptctl.core.events.otel import SCORE_NAMES, SPAN_NAMES, span_of
from tests.event_samples import event

PAGE = (Path(__file__).parent.parent / "docs" / "explanation" / "scale.md").read_text(encoding="utf-8")
COLLECTOR = yaml.safe_load(re.findall(r"```yaml collector.yaml\n(.*?)```", PAGE, re.DOTALL)[0])
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
EXPORTER = {
    *"endpoint database username password ttl create_schema async_insert traces_table_name logs_table_name".split(),
    "retry_on_failure",
}
"""Of the options in opentelemetry-collector-contrib, exporter/clickhouseexporter/config.schema.yaml, those shown."""


def test_the_collector_is_wired() -> None:
    """Every part that a pipeline names is there, every part that is there is named, and both signals go through."""
    pipelines: dict[str, dict[str, list[str]]] = COLLECTOR["service"]["pipelines"]
    assert set(pipelines) == {"traces", "logs"}
    for kind in ("receivers", "processors", "exporters"):
        assert {name for it in pipelines.values() for name in it[kind]} == set(COLLECTOR[kind])
    assert set(COLLECTOR["exporters"]["clickhouse"]) == EXPORTER
    endpoint = COLLECTOR["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert f"otlp:http://{endpoint} " in PAGE


@pytest.mark.parametrize("query", QUERIES, ids=lambda it: it.split("\n")[0])
def test_queries_are_of_clickhouses_dialect(query: str) -> None:
    sqlglot: Any = pytest.importorskip("sqlglot")
    (parsed,) = sqlglot.parse(query, read="clickhouse")
    assert type(parsed).__name__ in ("Create", "Select")


def test_queries_name_attributes_that_are_sent() -> None:
    assert len(QUERIES) == 4
    named = set(re.findall(r"SpanAttributes\['([^']+)'\]", PAGE))
    sent = {*span_of(row(event(1, arm="a", unit="u"))).attributes}
    assert named <= sent & {*SPAN_NAMES.values()}
    assert set(re.findall(r"LogAttributes\['([^']+)'\]", PAGE)) <= {*SCORE_NAMES.values()}
