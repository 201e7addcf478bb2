"""What became of rollouts, by their moves: each keeps its own name and end, whatever came after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.errors import UsageError
from promptctl.workflows.rollouts_told import rollout_told, rollouts_told
from tests.panels import STEPS
from tests.shipping import NAME, done, line, pointer_file
from tests.support import GitRepository


def told(repository: GitRepository) -> list[tuple[int, str, str]]:
    found = rollouts_told(Repository(repository.folder))
    return [(it.serial, it.state, str(it.moves[-1].reason)) for it in found]


def start(repository: GitRepository) -> None:
    done(repository, "rollout", "start", f"{NAME}@1.2.0", "staging", *STEPS, "--reason", "begun")


def test_every_end_has_its_name(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    assert told(repository) == []
    start(repository)
    assert told(repository) == [(3, "running", "begun")]
    done(repository, "rollout", "pause", NAME, "staging", "--reason", "lunch")
    assert told(repository) == [(3, "paused", "lunch")]
    done(repository, "rollback", NAME, "staging", "--reason", "away")
    assert told(repository) == [(3, "rolled back", "away")]
    start(repository)
    done(repository, "rollout", "abort", NAME, "staging", "--reason", "enough")
    start(repository)
    assert sorted(told(repository)) == [(3, "rolled back", "away"), (6, "aborted", "enough"), (8, "running", "begun")]
    assert told(repository)[0] == (8, "running", "begun")
    one = rollout_told(Repository(repository.folder), "staging", NAME, 6)
    assert ([move.serial for move in one.moves], one.split) == ([6, 7], None)
    with pytest.raises(UsageError, match="began with move 7"):
        rollout_told(Repository(repository.folder), "staging", NAME, 7)
    _changed_by_hand(repository)
    assert told(repository)[0] == (8, "unreadable", "begun")
    done(repository, "remove", NAME, "staging", "--reason", "gone")
    assert (8, "removed") in [it[:2] for it in told(repository)]


def _changed_by_hand(repository: GitRepository) -> None:
    """Somebody gives the canary another share, without a move."""
    repository.git("pull", "-q")
    file = repository.folder / pointer_file()
    file.write_text(file.read_text().replace("state: running", "state: paused"))
    repository.git("commit", "-qam", "by hand")
    repository.git("push", "-q")
