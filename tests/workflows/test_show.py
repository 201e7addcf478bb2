"""``show`` and ``hash`` of one prompt at one state."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.errors import UsageError
from promptctl.workflows.hash import hash_prompt
from promptctl.workflows.show import show
from tests.support import STARTER, build_files, new_repository


def lock(digest: str) -> str:
    entry = {"version": "1.1.0", "digest": digest, "parts": {}, "releases": {"1.0.0": digest, "1.1.0": digest}}
    return json.dumps({"format": 1, "prompts": {"support/triage": entry}}) + "\n"


def test_before_the_first_lock(folder: Path) -> None:
    shown = show(Repository(build_files(folder, STARTER)), "support/triage")
    assert (shown.lock, shown.as_locked, shown.suite) == (None, False, False)
    assert list(shown.resolved.closure.partials) == ["shared/tone.j2"]


def test_against_the_lock(folder: Path) -> None:
    opened = Repository(build_files(folder, STARTER))
    digest = show(opened, "support/triage").resolved.digest
    build_files(folder, {"prompts/prompts.lock": lock(digest), "prompts/support/triage/eval.yaml": "cases: []\n"})
    shown = show(Repository(folder), "support/triage")
    assert (shown.as_locked, shown.suite) == (True, True)
    build_files(folder, {"prompts/shared/tone.j2": "Other."})
    changed = show(Repository(folder), "support/triage")
    assert changed.lock is not None
    assert not changed.as_locked


def test_a_chain_names_its_steps_digests(folder: Path) -> None:
    chain = (
        "inputs: {ticket: string}\nsteps:\n  - {name: s, prompt: support/triage, inputs: {ticket: '{{ ticket }}'}}\n"
    )
    opened = Repository(build_files(folder, STARTER | {"prompts/chain/prompt.yaml": chain}))
    assert show(opened, "chain").step_digests == {"s": show(opened, "support/triage").resolved.digest}


def test_a_digest_is_that_of_its_form(folder: Path) -> None:
    hashed = hash_prompt(Repository(build_files(folder, STARTER)), "support/triage")
    again = hashlib.sha256(b"promptctl/v1\n" + hashed.form.encode()).hexdigest()
    assert hashed.resolved.digest == f"sha256:{again}"
    assert list(hashed.parts) == ["model", "inputs", "messages", "shared/tone.j2"]


def test_another_state(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    first = hash_prompt(Repository(repository.folder), "support/triage").resolved.digest
    repository.commit({"prompts/shared/tone.j2": "Other."})
    opened = Repository(repository.folder)
    assert hash_prompt(opened, "support/triage").resolved.digest != first
    assert hash_prompt(opened, "support/triage@HEAD~1").resolved.digest == first
    with pytest.raises(UsageError, match="nothing is called `HEAD~9`"):
        hash_prompt(opened, "support/triage@HEAD~9")
