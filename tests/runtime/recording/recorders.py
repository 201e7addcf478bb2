"""Recorders on real stores for tests."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from subprocess import run

from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.core.events.redaction import Redactor
from promptctl.runtime.recording.batches import Means
from promptctl.runtime.recording.recorder import Recorder


def recorder(path: Path, *, limit: int = 10_000, busy_seconds: float = 5.0, known: tuple[str, ...] = ()) -> Recorder:
    """A recorder on a SQLite file that lingers for nothing."""
    redactor = Redactor(known, content=True)
    means = Means(
        open=lambda: SqliteEvents(path, busy_seconds=busy_seconds), redactor=lambda: redactor, linger=0.0, most=200
    )
    return Recorder(means, limit=limit)


def counted(path: Path) -> tuple[int, int]:
    """Events in a file, and how many it was told were dropped."""
    with closing(sqlite3.connect(path)) as connection:
        (events,) = connection.execute("SELECT count(*) FROM events").fetchone()
        (drops,) = connection.execute('SELECT coalesce(sum("count"), 0) FROM drops').fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return events, drops


def script(text: str, *arguments: object) -> str:
    """What a Python process with ``recorder`` and samples at hand prints; it must end well and say nothing else."""
    head = "import sys\nfrom pathlib import Path\n"
    head += "from tests.event_samples import event, score\nfrom tests.runtime.recording.recorders import recorder\n"
    # Since 3.12 Python warns of forks beside threads, which these tests are about.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", head + text, *map(str, arguments)]
    done = run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout
