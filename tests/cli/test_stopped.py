"""Commands that read text nobody has released are stopped as a whole when one prompt never comes to an end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import new_repository

ENDLESS = """\
import sys
from promptctl.__main__ import main
from promptctl.adapters import bounded
from promptctl.core.prompts import prompt

def spin(*_, **__):
    while True:
        pass

bounded.SECONDS = 0.3
prompt.parse_prompt.__code__ = spin.__code__
main()
"""


@pytest.mark.parametrize(
    "words", ["lint", "render support/triage -i ticket=x", "hook lint prompts/support/triage/prompt.yaml"]
)
def test_a_prompt_that_never_comes_to_an_end(folder: Path, words: str) -> None:
    new_repository(folder)
    line = [sys.executable, "-c", ENDLESS, *words.split()]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "error[PC022]: stopped: a prompt took longer than" in ran.stderr
    assert "Traceback" not in ran.stderr
