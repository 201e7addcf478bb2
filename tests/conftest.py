"""Every test has its own home, Git configuration and caches; none can reach the user's."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.home import Homes, at_home
from tests.services import postgres, postgres_server, redis, redis_server

__all__ = ["postgres", "postgres_server", "redis", "redis_server"]

# A busy machine is slow without being wrong.
settings.register_profile("promptctl", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("promptctl")

# Compiling the package takes longer than most commands: what is compiled is kept, in processes of tests too.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell starts background jobs with interrupts ignored, and what they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Ten thousand tests are no garbage: looking through them for some takes a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _isolation_of_what_tests_share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures of modules and sessions are made before a test has its home."""
    with pytest.MonkeyPatch.context() as patch:
        isolate(tmp_path_factory.mktemp("shared-home"), patch)
        yield


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture(autouse=True)
def isolation(_homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    _become(_homes.environment(), monkeypatch)


def isolate(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``home`` the home of everything that runs, with a Git configuration of its own."""
    _become(at_home(home), monkeypatch)


def _become(wanted: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for key in os.environ.keys() - wanted.keys():
        monkeypatch.delenv(key)
    for key, value in wanted.items():
        if os.environ.get(key) != value:
            monkeypatch.setenv(key, value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder below a path without a repository."""
    path = tmp_path / "work"
    path.mkdir()
    return path
