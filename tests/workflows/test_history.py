"""The order of moves in a history."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from promptctl.adapters.replies import open_cache
from promptctl.adapters.repository import Repository
from promptctl.workflows.gate import GateContext
from promptctl.workflows.history import history
from promptctl.workflows.promote import Promotion, promote
from promptctl.workflows.rollback import rollback
from tests.support import TRIAGE, new_repository, succeed


def test_moves_of_one_second_stand_in_the_order_of_environments(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    for text in (TRIAGE, TRIAGE.replace("a queue", "one queue")):
        repository.commit({"prompts/support/triage/prompt.yaml": text})
        succeed("lock", cwd=repository.folder)
        repository.commit(message="lock")
        succeed("release", cwd=repository.folder)
        for environment in ("staging", "prod"):
            wish = Promotion(environment=environment, references=("support/triage",))
            with open_cache(os.environ) as cache:
                found = Repository(repository.folder)
                promote(found, wish, GateContext(cache=cache, environment=os.environ, now=now))
    rollback(Repository(repository.folder), "support/triage", "prod", "slow", now, send=True)
    rows = history(Repository(repository.folder), "support/triage").moves
    assert [(row.environment, row.move.kind) for row in rows] == [
        ("prod", "rollback"),
        ("prod", "promote"),
        ("prod", "promote"),
        ("staging", "promote"),
        ("staging", "promote"),
    ]
