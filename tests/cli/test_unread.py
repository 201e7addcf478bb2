"""How a command ended stays so where nobody reads what it prints: `promptctl lint | head`, with `set -o pipefail`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import new_repository

PROMPT = "prompts/support/triage/prompt.yaml"
ENDS = [
    ("list", 0),
    ("lint", 1),
    ("lint --json", 1),
    ("lock --check", 1),
    ("hook lint " + PROMPT, 1),
    ("history", 2),
    ("show support/nothing --json", 2),
    ("promote support/triage staging --json", 3),
    ("eval support/triage --json", 3),
]


def unread() -> int:
    """The writing end of a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.parametrize(("words", "code"), ENDS)
@pytest.mark.parametrize("streams", [("stdout",), ("stderr",), ("stdout", "stderr")])
def test_nobody_reads(folder: Path, words: str, code: int, streams: tuple[str, ...]) -> None:
    repository = new_repository(folder)
    prompt = repository.folder / PROMPT
    prompt.write_text(prompt.read_text().replace("{{ ticket }}", "{{ tiket }}"))
    repository.git("add", "prompts")
    pipe, line = unread(), [sys.executable, "-m", "promptctl", *words.split()]
    out, err = (pipe if stream in streams else subprocess.PIPE for stream in ("stdout", "stderr"))
    try:
        ran = subprocess.run(line, cwd=repository.folder, check=False, text=True, stdout=out, stderr=err)
    finally:
        os.close(pipe)
    assert ran.returncode == code
    assert "Traceback" not in f"{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-"])
@pytest.mark.parametrize(("words", "code"), [("lint", 0), ("show support/nothing --json", 2), ("lock", 0)])
def test_closed_streams(folder: Path, words: str, code: int, closed: str) -> None:
    repository = new_repository(folder)
    line = f"{sys.executable} -m promptctl {words} {closed}"
    ran = subprocess.run(["sh", "-c", line], cwd=repository.folder, check=False, text=True, capture_output=True)
    assert ran.returncode == code
    assert "Traceback" not in f"{ran.stdout}{ran.stderr}"
