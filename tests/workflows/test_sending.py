"""The line that repeats a command has all that the command insists on."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.workflows.sending import again
from tests.shipping import NAME, line, run

OPERATIONS = (
    *(f"{verb} staging" for verb in ("freeze", "unfreeze")),
    *(f"{verb} {NAME} staging" for verb in ("promote", "rollback", "remove", "approve")),
    *(f"rollout {verb} {NAME} staging" for verb in ("start", "advance", "pause", "resume", "abort")),
    *(f"experiment {verb} tone" for verb in ("start", "advance", "pause", "resume", "abort", "conclude")),
)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_option_is_missing(tmp_path: Path, operation: str) -> None:
    repository = line(tmp_path)
    bare = run(repository, *operation.split(), "--no-push")
    assert ("missing option '--reason'" in bare.err) == again(operation).endswith(" --reason …")
