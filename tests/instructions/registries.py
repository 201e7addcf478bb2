"""Registries that differ in one number, and a suite of so many cases."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from benchmarks.grown import Grown, grow
from promptctl.cli.shell import main
from tests.shipping import run
from tests.support import build_files, new_repository

FEW, MANY = 20, 60
USUAL = {"prompts": FEW, "subject_versions": FEW, "moved": 1, "moves": FEW}
AXES = {"prompts": "prompts", "tags": "subject_versions", "moves": "moves"}
COMMANDS = {"status": "status", "list": "list", "history": "history team-00/prompt-00000"}


def registry(folder: Path, axis: str = "") -> Path:
    """The usual registry, or one with three times as much of something."""
    grow(Grown(**USUAL | ({AXES[axis]: MANY} if axis else {})), folder)
    return folder


def command(folder: Path, name: str) -> None:
    """Runs one of the commands by the way of plain lines."""
    with redirect_stdout(io.StringIO()), patch("promptctl.adapters.bounded.supervised", lambda act: act()):
        assert main([*COMMANDS[name].split(), "-C", str(folder)]) == 0


def suite(folder: Path, cases: int) -> Path:
    """A registry of one prompt whose suite has so many cases."""
    rows = "".join(json.dumps({"name": f"case {number}", "number": str(number)}) + "\n" for number in range(cases))
    prompt = "model: echo:echo\ninputs: {number: {type: string}}\ntemplate: 'Is ticket {{ number }} ok?'\n"
    expected = "cases:\n  - dataset: cases.jsonl\n    expect: [{icontains: ok}]\n"
    new_repository(folder, {"promptctl.toml": ""})
    below = {"prompt.yaml": prompt, "eval.yaml": expected, "cases.jsonl": rows}
    return build_files(folder, {f"prompts/triage/{name}": text for name, text in below.items()})


def judged(folder: Path) -> None:
    """Runs the suite as if nobody ever had."""
    for kept in ("evidence", "replies"):
        shutil.rmtree(folder / "prompts" / "triage" / kept, ignore_errors=True)
    ran = run(folder, "eval", "triage", "--replies", "live")
    assert ran.code == 0, ran
