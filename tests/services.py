"""Real servers that some tests need: Redis and PostgreSQL, started on loopback in folders of their own.

A test that uses ``redis`` or ``postgres`` is marked ``services``. Where the program is absent it is skipped with a
reason; with ``PROMPTCTL_TEST_SERVICES=required`` in the environment it fails instead, so that CI cannot leave it out.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REQUIRED = os.environ.get("PROMPTCTL_TEST_SERVICES") == "required"
_SECONDS = 60
_DEBIAN = "/usr/lib/postgresql"


@dataclass
class Redis:
    """A Redis that keeps nothing on disk; ``kill`` and ``start`` take it away and bring it back, empty.

    With options ``tls`` it speaks nothing else.
    """

    program: str
    port: int = 0
    tls: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"{'rediss' if self.tls else 'redis'}://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Runs the server, at the port it had before, and waits until it answers."""
        self.port = self.port or free_port()
        port = ("--port", "0", "--tls-port", str(self.port), *self.tls) if self.tls else ("--port", str(self.port))
        options = [*port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([self.program, *options], stdout=subprocess.DEVNULL, cwd="/")
        _wait_for(self.port, self._process)

    def kill(self) -> None:
        """Ends the server as a crash does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def redis_program() -> str:
    """Where Redis is. Skips the test where it is not."""
    return _program("redis-server")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """This worker's Redis. Who kills it starts it again."""
    server = Redis(redis_program())
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis(redis_server: Redis) -> Redis:
    """A running Redis that holds nothing."""
    with socket.create_connection(("127.0.0.1", redis_server.port), _SECONDS) as line:
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(16) == b"+OK\r\n"
    return redis_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of this worker's PostgreSQL, without a database's name."""
    initdb = _program("initdb", *_debian_folders())
    with _folder_of_its_own() as (folder, user):
        run = {"user": user, "cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        cluster, port = folder / "cluster", free_port()
        command = [
            initdb,
            "--pgdata",
            cluster,
            "--auth",
            "trust",
            "--username",
            "tests",
            "--no-sync",
            "--encoding",
            "UTF8",
        ]
        subprocess.run(command, check=True, capture_output=True, **run)  # type: ignore[call-overload]
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [Path(initdb).with_name("postgres"), "-D", cluster, *options]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL, **run)  # type: ignore[call-overload]
        try:
            _wait_for(port, server)
            yield f"postgresql://tests@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(_SECONDS)


@pytest.fixture
def postgres(postgres_server: str, tmp_path: Path) -> str:
    """The URL of an empty database."""
    psycopg = pytest.importorskip("psycopg")
    name = f"t{abs(hash(tmp_path)):x}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


def _program(name: str, *folders: Path) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)]))
    if found:
        return found
    reason = f"the program {name} is not installed"
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


def _debian_folders() -> list[Path]:
    """Where Debian keeps PostgreSQL's programs, the newest version first."""
    versions = (path for path in Path(_DEBIAN).glob("*/bin") if path.parent.name.isdecimal())
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


@contextmanager
def _folder_of_its_own() -> Iterator[tuple[Path, str | None]]:
    """A folder and who owns it: PostgreSQL refuses to run as root, so that there it is another user."""
    user = "nobody" if os.getuid() == 0 else None
    # The folders of tests are closed to other users.
    with tempfile.TemporaryDirectory(prefix="promptctl-postgres-", dir="/tmp") as name:
        if user:
            shutil.chown(name, user)
        yield Path(name), user


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Returns when somebody listens at a port."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"{process.args!r} does not answer")
