"""``costs advise``: savings told from calls, texts and prices; what cannot be judged is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from promptctl.core.canonical import digest
from promptctl.core.event import Event
from promptctl.core.reporting.window import MINUTE
from tests.cli.reporting import SINCE, as_json, ran
from tests.event_samples import NOON, event
from tests.event_stores import write_sqlite
from tests.golden import golden
from tests.support import STARTER, GitRepository, new_repository

CLAUDE = f"""\
description: Answers from the handbook.
model: claude-own
parameters: {{temperature: 0, max_tokens: 100}}
inputs:
  question: {{type: string}}
messages:
  - role: system
    content: {"Words of a long handbook. " * 320}
  - role: user
    content: "{{{{ question }}}}"
"""
SETTINGS = """
[providers.claude]
kind = "anthropic"
base_url = "https://claude.example"
models = ["claude-own"]
[providers.claude.prices]
"claude-own" = {input = 10, output = 20, cache_read = 1, cache_write = 12.5}
[models."claude-own"]
prefix = 1024
"""
FILES = STARTER | {"promptctl.toml": STARTER["promptctl.toml"] + SETTINGS, "prompts/handbook/prompt.yaml": CLAUDE}


@pytest.fixture
def repository(folder: Path) -> GitRepository:
    return new_repository(folder, FILES)


def calls(folder: Path) -> list[Event]:
    from promptctl.adapters.repository import Repository

    usual: dict[str, Any] = {
        "prompt": "handbook",
        "digest": digest(Repository(folder).work.closure("handbook")),
        "model": "claude-own",
        "provider": "claude",
        "cost": 21 * 10**9,
        "input_tokens": 2100,
    }
    start = NOON - NOON % (5 * MINUTE)
    # The second begins before the first has ended; the last one stands alone in its five minutes.
    times = [0, 500_000, 2_000_000, 60_000_000, 11 * MINUTE]
    asked = [event(number, at=start + at, **usual) for number, at in enumerate(times)]
    again = [event(10 + number, at=start + 20 * MINUTE, inputs={"question": "why"}, **usual) for number in range(3)]
    other = [
        event(20, **usual | {"digest": "sha256:" + "0" * 64}),
        event(21, **usual | {"cost": None}),
        event(22, **usual | {"cost": 0, "cache": "exact"}),
        event(23),
    ]
    return [*asked, *again, *other]


def test_savings_are_told_with_what_they_rest_on(
    repository: GitRepository, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = (*SINCE, "--store", write_sqlite(folder / "e.sqlite3", calls(folder)), "-C", str(folder))
    again, prefix = as_json(capsys, "costs", "advise", *at)["advice"]
    # Two of three equal calls of $0.021.
    assert (again["kind"], again["numbers"], again["saved"]) == ("cache", {"calls": 3, "repeated": 2}, "0.042")
    assert (prefix["kind"], prefix["numbers"]["calls"], prefix["numbers"]["reads"]) == ("prefix", 8, 2)
    golden("costs/advise.txt", ran(capsys, "costs", "advise", *at))
    assert ran(capsys, "costs", "advise", "--prompt", "none", *at) == "nothing to advise\n"


def test_what_is_marked_or_kept_by_now_is_not_advised(
    repository: GitRepository, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = (*SINCE, "--store", write_sqlite(folder / "e.sqlite3", calls(folder)), "-C", str(folder))
    repository.commit(
        {
            "promptctl.toml": FILES["promptctl.toml"] + '[cache.prompts."hand*"]\nmode = "exact"\n',
            "prompts/handbook/prompt.yaml": CLAUDE.replace("- role: system", "- role: system\n    cache: true"),
        }
    )
    assert as_json(capsys, "costs", "advise", *at)["advice"] == []


def test_a_released_text_is_looked_up(
    repository: GitRepository, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("lock", "release"):
        ran(capsys, command, "-C", str(folder))
        repository.commit(message=command)
    at = (*SINCE, "--store", write_sqlite(folder / "e.sqlite3", calls(folder)), "-C", str(folder))
    (folder / "prompts/handbook/prompt.yaml").write_text(CLAUDE.replace("Words of", "Words from"), encoding="utf-8")
    assert [it["kind"] for it in as_json(capsys, "costs", "advise", *at)["advice"]] == ["cache", "prefix"]
