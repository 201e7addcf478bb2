"""``list --unused``: prompts and releases that nothing leads to any more, and what keeps one in use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.reporting.window import microseconds
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.shipping import NAME, OTHER, done, line, promoted, refused
from tests.splitting import start_split
from tests.support import GitRepository
from tests.versioning import plain, released

NEVER = {"name": OTHER, "served": False, "versions": ["1.0.0"]}


def found(repository: GitRepository, *options: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = done(repository, "list", "--unused", *options, "--json").data["unused"]
    return listed


def idle(*versions: str) -> dict[str, Any]:
    return {"name": NAME, "served": True, "versions": list(versions)}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path)


def test_what_is_served_or_one_step_back_is_used_and_the_newest_may_be_on_its_way(repository: GitRepository) -> None:
    assert found(repository) == [{"name": NAME, "served": False, "versions": ["1.0.0", "1.1.0", "1.2.0"]}, NEVER]
    promoted(repository, "1.0.0")
    assert found(repository) == [idle("1.1.0"), NEVER]
    promoted(repository, "1.1.0")
    assert found(repository) == [NEVER]
    promoted(repository, "1.2.0")
    assert found(repository) == [idle("1.0.0"), NEVER]
    shown = done(repository, "list", "--unused")
    assert shown.out.splitlines() == [
        "prompt          why                       versions",
        f"{NAME}  served, but not as        1.0.0",
        f"{OTHER}    no environment serves it  1.0.0",
    ]
    assert f"next: promptctl retire {NAME}@1.0.0 --reason" in shown.err
    done(repository, "retire", f"{NAME}@1.0.0", "--reason", "old")
    repository.commit(message="retire")
    repository.git("push", "-q", "origin", "main")
    assert found(repository) == [NEVER]


def test_an_arm_a_step_of_a_chain_and_a_judge_are_used(repository: GitRepository) -> None:
    promoted(repository, "1.1.0", "1.2.0")
    assert idle("1.0.0") in found(repository)
    start_split(repository, "1.0.0")
    chain = f"steps:\n  - {{name: one, prompt: {OTHER}}}\n"
    judge = "output: {type: object, properties: {score: {type: number}}, required: [score]}\n"
    suite = "cases:\n  - name: one\n    expect: [{judge: {prompt: judges/kind, inputs: {}}}]\n"
    released(
        repository,
        {
            "prompts/both/prompt.yaml": chain,
            "prompts/both/eval.yaml": suite,
            "prompts/judges/kind/prompt.yaml": plain("Judge.") + judge,
        },
    )
    repository.git("push", "-q", "origin", "main")
    assert [it["name"] for it in found(repository)] == ["both"]


def test_what_was_called_lately_is_used(repository: GitRepository, tmp_path: Path) -> None:
    promoted(repository, "1.1.0", "1.2.0")
    now = microseconds(datetime.now(UTC))
    calls = [
        event(1, at=now - 1, prompt=NAME, version="1.0.0", environment="staging", reason="pointer"),
        event(2, at=now - 1, prompt=OTHER, version="1.0.0", environment="staging", reason="forced"),
    ]
    store = ("--live", "--store", write_sqlite(tmp_path / "e.sqlite3", calls))
    assert found(repository, *store) == [NEVER]
    assert idle("1.0.0") in found(repository, *store, "--since", "2999-01-01")


def test_options_that_do_not_go_together(repository: GitRepository) -> None:
    refused(repository, "list", "--unused", "--tag", "x", code=2, error="PC001")
    refused(repository, "list", "--live", code=2, error="PC001")
