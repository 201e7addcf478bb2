"""An error after something cannot be taken back any more says first that it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.cli.boundary import landing
from promptctl.errors import OutsideError, PromptctlError, StateError
from tests.faults import strike
from tests.shipping import NAME, line, remote_refs
from tests.workflows.test_killed import MOST_STEPS

FAULT = OutsideError("PC090", "git ls-tree failed: no space left", hint="make room")
SAID = "origin has it (1a2b3c4); what came after it failed: git ls-tree failed: no space left"
ENDS = [
    (None, FAULT, "PC090", "git ls-tree failed: no space left"),
    ("origin has it (1a2b3c4)", FAULT, "PC172", SAID),
    (
        "origin has it",
        StateError("PC120", "origin has it; the disk is full"),
        "PC120",
        "origin has it; the disk is full",
    ),
]


@pytest.mark.parametrize(("landed", "fault", "code", "said"), ENDS)
def test_what_is_said(landed: str | None, fault: PromptctlError, code: str, said: str) -> None:
    with pytest.raises(PromptctlError) as error, landing(lambda: landed):
        raise fault
    assert (error.value.code, str(error.value), error.value.hint) == (code, said, fault.hint)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_no_call_of_git_that_fails_hides_what_the_remote_has(tmp_path: Path) -> None:
    hidden, late = [], 0
    for at in range(9, MOST_STEPS):
        repository = line(tmp_path / str(at), staged=("1.0.0", "1.1.0"))
        was = remote_refs(repository)
        command = ("promote", f"{NAME}@1.2.0", "staging")
        ended = strike(*command, cwd=repository.folder, folder=tmp_path / "bin", at=at, action="fail-before")
        if ended.code and remote_refs(repository) != was:
            late += "what came after it failed" in ended.err
            hidden += [ended] if "origin has it" not in ended.err else []
        if not ended.reached:
            break
    assert not hidden
    assert late
