"""Every test has its own home, Git configuration and caches; none can reach the user's."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow without being wrong.
settings.register_profile("promptctl", deadline=None)
settings.load_profile("promptctl")

# A shell starts background jobs with interrupts ignored, and what they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def isolation(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path_factory.mktemp("home"), monkeypatch)


def isolate(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``home`` the home of everything that runs, with a Git configuration of its own."""
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Tester\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
    )
    for key in list(os.environ):
        if key.startswith(("GIT_", "PROMPTCTL_", "XDG_")) or key.endswith("_API_KEY"):
            monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PROMPTCTL_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("PROMPTCTL_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder below a path without a repository."""
    path = tmp_path / "work"
    path.mkdir()
    return path
