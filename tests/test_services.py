"""The servers that tests need are there, and are what they say."""

from __future__ import annotations

import socket

import pytest

from tests.services import Redis

pytestmark = pytest.mark.services


def _asked(server: Redis, line: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(line)
        return connection.recv(64)


def test_redis_answers_and_comes_back_empty_after_a_crash(redis: Redis) -> None:
    assert _asked(redis, b"SET a 1\r\n") == b"+OK\r\n"
    redis.kill()
    with pytest.raises(OSError):
        _asked(redis, b"PING\r\n")
    redis.start()
    assert _asked(redis, b"GET a\r\n") == b"$-1\r\n"


def test_postgres_gives_each_test_a_database_of_its_own(postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE only_here (id integer)")
        (name,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    assert postgres.endswith(name)
