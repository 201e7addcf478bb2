"""Events in a real PostgreSQL: filled, read and pruned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from promptctl.adapters.events.postgresql import PostgresEvents
from promptctl.core.events.event import DROPS, EVENTS, SCORES, Drop, row
from promptctl.core.events.query import EventQuery
from promptctl.errors import OutsideError
from tests.event_samples import NOON, event, score

pytestmark = pytest.mark.services


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresEvents]:
    with closing(PostgresEvents(postgres)) as found:
        yield found


def test_rows_are_kept_once_and_come_back_as_they_were(store: PostgresEvents, postgres: str) -> None:
    calls = [row(event(number, attributes={"a": "x\t\\N\n"}, user="ü", latency_ms=0.1)) for number in range(50)]
    assert store.add(EVENTS, calls[:30]) == 30
    assert store.add(EVENTS, calls) == 20
    assert store.add(SCORES, [row(score(1))] * 2) == 1
    with closing(PostgresEvents(postgres)) as other:
        assert list(other.rows(EventQuery())) == calls
        assert list(other.rows(EventQuery(since=event(3).at, until=event(5).at, prompt="support/triage"))) == calls[3:5]


def test_old_rows_go_with_their_scores(store: PostgresEvents) -> None:
    store.add(EVENTS, [row(event(number)) for number in range(10)])
    store.add(SCORES, [row(score(number, at=NOON * 2)) for number in range(10)])
    store.add(DROPS, [row(Drop(process="p", at=1, count=3))])
    assert store.prune(event(4).at).rows == 9
    assert [cells[0] for cells in store.rows(EventQuery())] == [event(number).id for number in range(4, 10)]
    assert len(list(store.rows(EventQuery(table=SCORES)))) == 6


def test_who_may_only_read_or_fill_the_tables_does_so(store: PostgresEvents, postgres: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    store.add(EVENTS, [row(event(1))])
    with psycopg.connect(postgres, autocommit=True) as connection:
        for role, rights in (("reader", "SELECT"), ("filler", "SELECT, INSERT")):
            connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute(f"GRANT {rights} ON events, scores, drops TO {role}")
    with closing(PostgresEvents(postgres.replace("tests@", "filler@"))) as filler:
        assert filler.add(EVENTS, [row(event(2))]) == 1
    with closing(PostgresEvents(postgres.replace("tests@", "reader@"))) as reader:
        assert list(reader.rows(EventQuery())) == [row(event(1)), row(event(2))]


def test_a_server_that_is_not_there_is_an_outside_error_without_its_password() -> None:
    with pytest.raises(OutsideError) as caught:
        PostgresEvents("postgresql://u:hunter2@127.0.0.1:1/db").add(EVENTS, [])
    assert "hunter2" not in str(caught.value.problem)
