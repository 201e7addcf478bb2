"""Ten million calls of ninety days with a million scores, the same on every machine, in three engines.

They are made once, below the folder for temporary files: Parquet by DuckDB, then SQLite and PostgreSQL from it. There
are usual ones, and those of an experiment with a million units.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.core.events.event import EVENTS, SCORES, TABLES, Batch, Table
from promptctl.core.events.spelling import create_statements

CALLS = int(os.environ.get("PROMPTCTL_BENCHMARK_CALLS", "10000000"))
FIRST = 1_756_000_000_000_000
SPAN = 90 * 86_400_000_000
_PIECE = 50_000

_USUAL = {
    "id": "printf('01J%023d', i)",
    "at": f"{FIRST} + i * {SPAN // CALLS}",
    "prompt": "'prompt/' || (h1 % 20)",
    "version": "['1.0.0', '1.1.0', '1.2.0', '2.0.0'][1 + (h2 % 4)::INTEGER]",
    "environment": "'prod'",
    "arm": "CASE h3 % 4 WHEN 0 THEN 'canary' ELSE NULL END",
    "user": "'sha256:' || lpad((h4 % 100000)::VARCHAR, 32, '0')",
    "endpoint": "'endpoint-' || (h1 % 7)",
    "model": "['gpt-4.1', 'gpt-4.1-mini', 'claude-sonnet-4-5', 'llama-own'][1 + (h3 % 4)::INTEGER]",
    "provider": "['openai', 'openai', 'anthropic', 'relay'][1 + (h3 % 4)::INTEGER]",
    "status": "CASE h2 % 100 WHEN 0 THEN 'timeout' WHEN 1 THEN 'rate-limited' ELSE 'ok' END",
    "latency_ms": "200 + (h1 % 1000003) / 100.0",
    "input_tokens": "100 + h2 % 5000",
    "output_tokens": "1 + h3 % 500",
    "cache_read_tokens": "CASE WHEN h4 % 3 = 0 THEN h4 % 100 END",
    "cost": "CASE WHEN h3 % 4 = 3 OR h2 % 100 < 2 THEN NULL ELSE 1000000 + h1 % 30000000000 END",
    "saved": "CASE WHEN h4 % 10 = 0 THEN h1 % 1000000000 END",
    "cache": "CASE WHEN h4 % 10 = 0 THEN 'exact' ELSE 'miss' END",
    "attempts": "1",
    "attributes": 'CASE h1 % 2 WHEN 0 THEN \'{"region":"eu"}\' ELSE \'{"region":"us"}\' END',
}
_HASHES = ", ".join(f"(hash(i * 4 + {place}) >> 1)::BIGINT AS h{place}" for place in range(1, 5))
_SCORE = {"event": "printf('01J%023d', i)", "name": "'resolved'", "value": "(h1 % 3 > 0)::INTEGER::DOUBLE"}
_SCORE |= {"source": "'feedback'", "at": f"{FIRST} + i"}

_EXPERIMENT = _USUAL | {
    "prompt": "'support/triage'",
    "version": "CASE h4 % 1000000 % 2 WHEN 0 THEN '1.2.0' ELSE '1.3.0' END",
    "arm": "CASE h4 % 1000000 % 2 WHEN 0 THEN 'control' ELSE 'friendly' END",
    "split": "CASE WHEN h3 % 100 < 2 THEN NULL ELSE 'triage-tone' END",
    "reason": "CASE h3 % 100 WHEN 0 THEN 'forced' WHEN 1 THEN 'pointer no-unit' ELSE 'split' END",
    "unit": "CASE WHEN h3 % 100 = 1 THEN NULL ELSE 'sha256:' || lpad((h4 % 1000000)::VARCHAR, 32, '0') END",
    "latency_ms": "200 + (h1 % 1000003) / 100.0 + h4 % 1000000 % 977",
    "attributes": """CASE h4 % 3 WHEN 0 THEN '{"plan":"pro"}' ELSE '{"plan":"free"}' END""",
}


@dataclass(frozen=True, slots=True)
class Calls:
    """One set of calls, by what its columns hold, below a folder of its own."""

    folder: Path
    cells: dict[str, str]

    def parquet(self) -> Path:
        """The folder of Parquet files, made if it is not there."""
        folder = self.folder / "parquet"
        if not folder.is_dir():
            import duckdb

            made = Path(tempfile.mkdtemp(dir=self._folder()))
            with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
                for table, cells, every in ((EVENTS, self.cells, 1), (SCORES, _SCORE, 10)):
                    query = _query(table, cells, every)
                    connection.execute(f"COPY ({query}) TO '{made}/{table.name}-1.parquet' (FORMAT parquet)")
            made.rename(folder)
        return folder

    def sqlite(self) -> Path:
        """The SQLite file, made if it is not there."""
        path = self.folder / "events.sqlite3"
        if not path.exists():
            made = self.folder / "made.sqlite3"
            for left in self.folder.glob("made.sqlite3*"):
                left.unlink()
            store = SqliteEvents(made)
            for table, rows in self._pieces():
                store.write(Batch(**{table.name: rows}))
            store.close()
            made.rename(path)
        return path

    def _pieces(self) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
        import duckdb

        with duckdb.connect() as connection:
            for table in (EVENTS, SCORES):
                file = f"{self.parquet()}/{table.name}-1.parquet"
                found = connection.execute(f"SELECT * FROM read_parquet('{file}')")  # noqa: S608
                while rows := found.fetchmany(_PIECE):
                    yield table, rows

    @contextmanager
    def postgresql(self) -> Iterator[str]:
        """The URL of a server that has the calls; the server ends with the block."""
        from tests.services import _debian_folders, _program, _wait_for, free_port

        initdb, cluster = Path(_program("initdb", *_debian_folders())), self._folder() / "postgresql"
        user = "nobody" if os.getuid() == 0 else None
        fresh = not (cluster / "loaded").exists()
        run: dict[str, Any] = {"user": user, "cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        if fresh:
            shutil.rmtree(cluster, ignore_errors=True)
            cluster.mkdir(mode=0o700)
            self.folder.chmod(0o755)
            if user:
                shutil.chown(cluster, user)
            subprocess.run(
                [initdb, "-D", cluster, "-A", "trust", "-U", "tests", "--no-sync", "-E", "UTF8"], check=True, **run
            )
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        settings |= {"max_wal_size": "4GB", "shared_buffers": "256MB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(initdb.with_name("postgres")), "-D", str(cluster), *options]
        server: subprocess.Popen[bytes] = subprocess.Popen(command, stderr=subprocess.DEVNULL, **run)
        try:
            _wait_for(port, server)
            url = f"postgresql://tests@127.0.0.1:{port}/postgres"
            if fresh:
                self._load(url)
                (cluster / "loaded").touch()
            yield url
        finally:
            server.send_signal(2)
            server.wait(60)

    def _load(self, url: str) -> None:
        import psycopg

        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(create_statements(table, "postgresql")[0].encode())
            for table, rows in self._pieces():
                with cursor.copy(f"COPY {table.name} FROM STDIN".encode()) as copy:
                    for row in rows:
                        copy.write_row(row)
            for table in TABLES:
                for statement in create_statements(table, "postgresql")[1:]:
                    cursor.execute(statement.encode())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def _folder(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        return self.folder


def _query(table: Table, cells: dict[str, str], every: int) -> str:
    kinds = {"text": "VARCHAR", "json": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
    selected = ", ".join(
        f'CAST({cells.get(column.name, "NULL")} AS {kinds[column.kind]}) AS "{column.name}"' for column in table.columns
    )
    return f"SELECT {selected} FROM (SELECT range AS i, {_HASHES} FROM range(0, {CALLS}, {every}))"  # noqa: S608


_TEMPORARY = Path(tempfile.gettempdir())
USUAL = Calls(_TEMPORARY / f"promptctl-benchmark-events-{CALLS}", _USUAL)
EXPERIMENT = Calls(_TEMPORARY / f"promptctl-benchmark-experiment-{CALLS}", _EXPERIMENT)
