"""``costs advise``: savings told from calls, texts and prices; what cannot be judged is counted."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.evals.evidence import evidence_path
from promptctl.core.evals.evidence_document import to_text
from promptctl.core.events.event import Event
from promptctl.core.prompts.canonical import digest
from promptctl.core.reporting.money import exact
from promptctl.core.reporting.window import MINUTE
from tests.cli.reporting import SINCE, as_json, ran
from tests.event_samples import NOON, event
from tests.event_stores import write_sqlite
from tests.evidence_samples import evidence
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


def subject_of(folder: Path) -> str:
    from promptctl.adapters.repository import Repository

    return digest(Repository(folder).work.closure("handbook"))


def calls(folder: Path) -> list[Event]:
    usual: dict[str, Any] = {
        "prompt": "handbook",
        "digest": subject_of(folder),
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


SUITE = """\
models: [claude-own, house-small]
cases:
  - {name: says it, inputs: {question: refund}, expect: [{contains: refund}]}
  - {name: says more, inputs: {question: refund}, expect: [{contains: never}]}
"""
HOUSE = """
[providers.relay]
kind = "openai"
base_url = "https://relay.example/v1"
models = ["house-*", "claude-large"]
[providers.relay.prices]
"house-small" = {input = 1, output = 2}
"claude-large" = {input = 100, output = 200}
"""


def test_cheaper_models_are_those_that_evidence_covers(
    repository: GitRepository, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = write_sqlite(folder / "e.sqlite3", calls(folder))
    at = (*SINCE, "--store", store, "-C", str(folder))
    repository.commit({"promptctl.toml": FILES["promptctl.toml"] + HOUSE, "prompts/handbook/eval.yaml": SUITE})

    def hints() -> dict[str, str]:
        found = as_json(capsys, "costs", "advise", *at)["unjudged"]
        return {it["reason"]: it["hint"] for it in found if it["kind"] == "model"}

    assert hints()["handbook was evaluated with no other model"] == "promptctl eval handbook"
    passed = {"claude-own": "pf", "house-small": "fp", "nobody-sells": "pp", "claude-large": "pp", "echo:echo": "pp"}
    kept = evidence(passed, subject_of(folder))
    path = folder / "prompts/handbook" / evidence_path(kept.subject, kept.suite)
    path.parent.mkdir()
    path.write_text(to_text(kept), encoding="utf-8")
    advice = [it for it in as_json(capsys, "costs", "advise", *at)["advice"] if it["kind"] == "model"]
    whatif = as_json(capsys, "costs", "whatif", "--model", "house-small", "--prompt", "handbook", *at)
    assert [(it["what"], it["model"], it["numbers"]["calls"]) for it in advice] == [
        ("`model: house-small`", "claude-own", 8)
    ]
    assert advice[0]["saved"] == exact(Decimal(whatif["now"]) - Decimal(whatif["then"])) == "0.151008"
    quality = advice[0]["quality"]
    assert (quality["cases"], quality["before"], quality["now"]) == (2, 1, 1)
    assert quality["interval"][0] < 0 < quality["interval"][1]
    assert hints().keys() == {"price unknown: nobody-sells", "text not found here", "cost or tokens unknown"}
    shown = ran(capsys, "costs", "advise", "--top", "1", *at)
    assert "passes 1 of 2 instead of 1 (+0.0% [" in shown
    assert "(not among the 1 dearest texts): --top N" in shown
