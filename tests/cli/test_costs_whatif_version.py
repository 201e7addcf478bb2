"""``costs whatif --prompt NAME@REF``: what another text would have cost, where that can be known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.prompts.canonical import digest
from tests.cli.reporting import SINCE, as_json, ran
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.golden import golden
from tests.support import STARTER, TONE, TRIAGE, new_repository

SETTINGS = """
[providers.relay]
kind = "openai"
base_url = "https://relay.example/v1"
models = ["house"]
[providers.relay.prices]
"house" = {input = 1, output = 2, cache_read = 0.5}
"""
MODEL = TRIAGE.replace("echo:echo", "house")
TOKENS = {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 400, "cost": 10**9}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A released prompt and its digest; the partial is 400 bytes longer in the work tree."""
    from promptctl.adapters.repository import Repository
    from promptctl.cli.app import main

    folder = tmp_path_factory.mktemp("released")
    files = {"promptctl.toml": STARTER["promptctl.toml"] + SETTINGS, "prompts/support/triage/prompt.yaml": MODEL}
    repository = new_repository(folder, STARTER | files)
    for command in ("lock", "release"):
        assert main([command, "-C", str(folder)]) == 0
        repository.commit(message=command)
    served = digest(Repository(folder).work.closure("support/triage"))
    (folder / "prompts/shared/tone.j2").write_text(TONE + "x" * 399 + "\n", encoding="utf-8")
    return folder, served


def test_fixed_parts_are_compared_where_no_inputs_were_kept(
    released: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, served = released
    calls = [event(number, digest=served, model="house", **TOKENS) for number in range(10)]
    calls += [event(20, digest=served, model="unpriced", **TOKENS), event(21, model="house", **TOKENS)]
    at = (*SINCE, "--store", write_sqlite(tmp_path / "e.sqlite3", calls), "-C", str(folder))
    found = as_json(capsys, "costs", "whatif", "--prompt", "support/triage@work", *at)
    known, *unknown = found["lines"]
    # 400 bytes are 100 tokens, at 0.8 of a dollar a million: 600 of 1,000 cost 1, 400 cost 0.5.
    assert (known["served"], known["basis"], known["input_tokens_change"]) == ("support/triage@1.0.0", "fixed", 100)
    assert Decimal(known["then"]) - Decimal(known["now"]) == 10 * 100 * Decimal("0.0000008")
    assert [it["unknown"] for it in unknown] == [
        "the text that was served is not here",
        "the price of unpriced is unknown",
    ]
    assert (found["now"], found["then"]) == ("0.01", "0.0108")
    golden("costs/whatif-version.txt", ran(capsys, "costs", "whatif", "--prompt", "support/triage@work", *at))
    same = as_json(capsys, "costs", "whatif", "--prompt", "support/triage@1.0.0", *at)
    assert same["now"] == same["then"] == "0.01"


def test_kept_inputs_are_rendered_with_both_texts(
    released: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, served = released
    fields: dict[str, Any] = {"digest": served, "model": "house", "inputs": {"ticket": "late"}} | TOKENS
    at = (
        "-C",
        str(folder),
        *SINCE,
        "--store",
        write_sqlite(tmp_path / "e.sqlite3", [event(0, **fields), event(1, **fields)]),
    )
    (line,) = as_json(capsys, "costs", "whatif", "--prompt", "support/triage@work", *at)["lines"]
    sent = len("Be brief and kind.") + len("Answer with a queue.") + len("late")
    assert (line["basis"], line["rendered"]) == ("rendered", 2)
    assert line["input_tokens_change"] == pytest.approx(400 * 1000 / sent)


@pytest.mark.parametrize(
    ("before", "after", "inputs", "said"),
    [
        ("{{ ticket }}", "{{ ticket }}{{ ticket }}", None, "more than fixed text differs"),
        ("ticket: {type: string", "other: {type: string", {"ticket": "late"}, "do not fit it: unknown input `ticket`"),
        ("model: house", "model: mansion", None, "it asks another model"),
    ],
)
def test_what_cannot_be_known_is_refused(
    released: tuple[Path, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
    inputs: dict[str, Any] | None,
    said: str,
) -> None:
    folder, served = released
    store = write_sqlite(tmp_path / "e.sqlite3", [event(0, digest=served, model="house", inputs=inputs, **TOKENS)])
    file = folder / "prompts/support/triage/prompt.yaml"
    changed = MODEL.replace(before, after)
    file.write_text(
        changed.replace("{{ ticket }}", "{{ other }}") if "other: {" in after else changed, encoding="utf-8"
    )
    try:
        at = ("-C", str(folder), *SINCE, "--store", store)
        (line,) = as_json(capsys, "costs", "whatif", "--prompt", "support/triage@work", *at)["lines"]
        assert (line["then"], said in line["unknown"]) == (None, True), line
        assert "cannot be known" in ran(capsys, "costs", "whatif", "--prompt", "support/triage@work", *at)
    finally:
        file.write_text(MODEL, encoding="utf-8")


def test_one_thing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert "PC001" in ran(capsys, "costs", "whatif", "--prompt", "a@work", "--model", "m", code=2)
    assert "PC001" in ran(capsys, "costs", "whatif", "--prompt", "a", code=2)
