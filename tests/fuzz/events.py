"""What is fuzzed of events: lines, files and requests that bring them, questions about them, where they are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any

from promptctl.adapters.event_files import read_file, text_rows
from promptctl.core.caching.limits import parse_age, parse_size
from promptctl.core.caching.settings import cache_settings
from promptctl.core.events.body import body_rows
from promptctl.core.events.event import EVENTS, SCORES, Batch, Event, Score, Table
from promptctl.core.events.lines import json_line, parse_line
from promptctl.core.events.otel import span_of
from promptctl.core.events.query import EventQuery, moment
from promptctl.core.events.reading import Reading
from promptctl.core.events.redaction import Redactor
from promptctl.core.events.settings import event_settings, parse_store
from promptctl.core.events.spelling import create_statements, event_from_dict, score_from_dict
from promptctl.core.models.request import compact_json
from promptctl.core.reporting.window import parse_grouping, parse_moment, window_of
from promptctl.core.splits.health import parse_rule
from promptctl.core.webhook import users_webhook
from promptctl.errors import UsageError
from promptctl.runtime.feedback import scores_of
from tests.event_samples import event, score
from tests.fuzz.scratch import scratch
from tests.fuzz.target import Target, starting

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_REDACTOR = Redactor(("planted-secret-0k3y5e6f",), content=True)
_PLAIN = Redactor((), content=True, names_hashed=False)


def event_lines(data: bytes) -> None:
    """Rows of a request's body become events that are cleaned once, kept as lines, and read back the same."""
    for table in (EVENTS, SCORES):
        for array in (False, True):
            with suppress(UsageError):
                for _, fields in body_rows(data, array=array):
                    with suppress(UsageError):
                        _kept(table, Reading(table=table).value(fields))


def _kept(table: Table, value: Event | Score) -> None:
    cells = _cleaned(_REDACTOR, value)
    assert "planted-secret-0k3y5e6f" not in compact_json(list(cells))
    line = json_line(table.names, cells)
    assert line.count("\n") == 1
    again = _from_dict(table, parse_line(line))
    assert _cleaned(_PLAIN, again) == _cleaned(_PLAIN, _from_dict(table, parse_line(json_line(table.names, cells))))
    if isinstance(value, Event):
        span = span_of(cells)
        assert (len(span.trace_id), len(span.span_id), len(span.parent_id) in (0, 8)) == (16, 8, True)


def _cleaned(redactor: Redactor, value: Event | Score) -> tuple[Any, ...]:
    return redactor.event(value) if isinstance(value, Event) else redactor.score(value)


def _from_dict(table: Table, fields: Mapping[str, Any]) -> Event | Score:
    return event_from_dict(fields) if table is EVENTS else score_from_dict(fields)


def event_files(data: bytes) -> None:
    """Rows of a file are values that a file in either text format gives back."""
    for ending in ("jsonl", "csv"):
        path = scratch("events") / f"rows.{ending}"
        path.write_bytes(data)
        for table, reading in ((EVENTS, _RENAMED), (EVENTS, Reading()), (SCORES, Reading(table=SCORES))):
            rows = []
            with suppress(UsageError):
                for _, fields in read_file(path, path.name):
                    with suppress(UsageError):
                        rows.append(_cleaned(_PLAIN, reading.value(fields, text=ending == "csv")))
            for form in ("jsonl", "csv"):
                assert _written_and_read(rows, table, form) == rows


def _written_and_read(rows: list[tuple[Any, ...]], table: Table, form: str) -> list[tuple[Any, ...]]:
    path = scratch("events") / f"again.{form}"
    path.write_text("".join(text_rows(rows, table, form)), encoding="utf-8", newline="")
    reading = Reading(table=table)
    values = [reading.value(fields, text=form == "csv") for _, fields in read_file(path, path.name)]
    return [_cleaned(_PLAIN, value) for value in values]


def otlp(data: bytes) -> None:
    """Events, scores and what was dropped make messages for a receiver, each item in one of them."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    from promptctl.adapters.events.otlp import _requests, header_values

    header_values(data.decode("utf-8", "replace"))
    rows = []
    for _, fields in body_rows(data, array=False):
        with suppress(UsageError):
            value = Reading().value(fields)
            assert isinstance(value, Event)
            rows.append(_REDACTOR.event(value))
    counted = 0
    for path, count, body in _requests(Batch(events=rows, scores=[], drops=[]), "app"):
        assert path == "/v1/traces"
        read = ExportTraceServiceRequest.FromString(body)
        assert len(read.resource_spans[0].scope_spans[0].spans) == count
        counted += count
    assert counted == len(rows)


def event_queries(data: bytes) -> None:
    """What people ask of events: a time, a window, what to group by; a query says the same in SQL as row by row."""
    text = data.decode("utf-8", "replace")
    times = []
    for read in (moment, parse_moment):
        with suppress(UsageError):
            times.append(read(text, _NOW))
    with suppress(UsageError):
        window_of(_NOW, text, None, {"prompt": text}, [text])
    with suppress(UsageError):
        parse_grouping([text])
    with suppress(UsageError):
        rule = parse_rule(text)
        assert parse_rule(f"{rule.metric}={rule.allowed!r}") == rule
    for amount in (parse_age, parse_size):
        with suppress(UsageError):
            assert amount(text) >= 0
    for query in (EventQuery(prompt=text), *(EventQuery(since=it) for it in times if abs(it) < 1 << 62)):
        sql, values = query.sql()
        with suppress(UnicodeEncodeError):
            found = _store().execute(sql, values).fetchall()
            assert len(found) == sum(query.matches({"at": it.at, "prompt": it.prompt}) for it in _EVENTS)


@cache
def _store() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for statement in create_statements(EVENTS, "sqlite"):
        connection.execute(statement)
    marks = ", ".join("?" * len(EVENTS.names))
    connection.executemany(f"INSERT INTO {EVENTS.name} VALUES ({marks})", map(_PLAIN.event, _EVENTS))
    return connection


def addresses(data: bytes) -> None:
    """Where people say that events, replies and messages go: what is shown of it holds no password."""
    text = data.decode("utf-8", "replace")
    secret = "hunter2hunter2"
    for spelled in (text, text.replace("PASSWORD", secret)):
        shown = []
        for shared in (False, True):
            with suppress(UsageError):
                shown.append(str(parse_store(spelled, shared=shared)))
                assert parse_store(shown[-1], shared=shared).kind in ("sqlite", "jsonl", "otlp", "postgresql", "none")
        with suppress(UsageError):
            store = cache_settings({}, {"PROMPTCTL_CACHE": spelled}).store
            shown += [store.host, repr(store)]
        with suppress(UsageError):
            hook = users_webhook(spelled, "--webhook")
            shown += [hook.host, repr(hook)]
        with suppress(UsageError):
            event_settings({"store": spelled}, {})
        if text != spelled and f":{secret}@" in spelled:
            assert not any(f":{secret}@" in it for it in shown), shown


def feedback(data: bytes) -> None:
    """What an application says of a call becomes scores, or is refused."""
    try:
        said: Any = parse_line(data.decode("utf-8", "replace"))
        words = [said.get("correction"), said.get("comment")]
    except ValueError:
        return
    if isinstance(said.get("scores"), dict) and all(it is None or isinstance(it, str) for it in words):
        for found in scores_of(said.get("call"), 5, said["scores"], *words):
            with suppress(ValueError, TypeError):
                _kept(SCORES, found)


_RENAMED = Reading(names={"Prompt": "prompt", "when": "at_seconds", "usd": "cost_usd"}, constants={"status": "ok"})
_EVENTS = [event(number, prompt=prompt) for number, prompt in enumerate(("a", "a", "b", "'; DROP TABLE events"))]


def _line_samples() -> Iterator[bytes]:
    attributes = {"plan": "pro", "n": [1, None]}
    full = event(
        1, attributes=attributes, inputs={"a": "b"}, output="yes", trace="00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    )
    for value, table in ((event(), EVENTS), (full, EVENTS), (score(comment="no"), SCORES)):
        line = json_line(table.names, _cleaned(_PLAIN, value)).encode()
        yield line
        yield b"[" + line.strip() + b"]"
    yield b'{"id": "a", "at": "2026-11-21T12:00:00Z", "prompt": "p", "status": "ok"}\n\n'


def _file_samples() -> Iterator[bytes]:
    yield from _line_samples()
    for values, table in (([event(), event(1, user="=1+1")], EVENTS), ([score()], SCORES)):
        yield "".join(text_rows([_cleaned(_PLAIN, it) for it in values], table, "csv")).encode()
    yield b'Prompt,when,usd\na,1763726400.5,0.01\n\'=b,"1e9",\n'


_ADDRESSES = (
    "sqlite:e.sqlite3 jsonl:folder otlp:http://127.0.0.1:4318 none postgresql://ada:PASSWORD@db.example/shop "
    "redis://:PASSWORD@cache.example:6379/1 rediss://ada:PASSWORD@[::1]/0 https://u:PASSWORD@hooks.example/x?y#z "
    "postgres://db/x?password=PASSWORD&sslmode=require postgresql:///ada:PASSWORD@db.example/shop"
).split()
_QUERIES = (
    "7d 24h 2026-11-20 2026-11-20T12:00:00+02:00 prompt,day model attribute%region error_rate=0.02 500MB 2GB "
    "latency_p95=0.1 quality:helpful=0.05 region=eu '"
).split()

TARGETS: Mapping[str, Target] = {
    "event_lines": Target(run=event_lines, begin=_line_samples),
    "event_files": Target(run=event_files, begin=_file_samples),
    "otlp": Target(
        run=otlp,
        begin=lambda: [
            *_line_samples(),
            b"authorization=Bearer%20x,x-team=shop",
            b'{"id": "a", "at": 9223372036854775807, "prompt": "p", "status": "ok", "latency_ms": 1e300}',
        ],
    ),
    "event_queries": Target(run=event_queries, begin=starting(*(it.replace("%", " ") for it in _QUERIES))),
    "addresses": Target(run=addresses, begin=starting(*_ADDRESSES)),
    "feedback": Target(
        run=feedback, begin=starting('{"call": "a", "scores": {"resolved": 0}, "comment": "no", "correction": null}')
    ),
}
