"""Programs that judge answers: what they are given, what they may say, and what stops them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from promptctl.adapters.programs import ProgramFailed, program

CONTEXT = {"inputs": {"ticket": "a"}, "row": {}, "tool_calls": [], "latency_ms": 12.5, "cost": None}
ECHO = b"import json, sys\nprint(json.dumps({'explanation': json.dumps(json.load(sys.stdin), sort_keys=True)}))\n"


def test_a_program_gets_the_answer_and_its_context() -> None:
    said = program("check.py", ECHO)("héllo", CONTEXT)
    assert json.loads(said["explanation"]) == {"text": "héllo", **CONTEXT}


@pytest.mark.parametrize(
    ("file", "source", "said"),
    [
        ("check.sh", b"cat >/dev/null; echo true", True),
        ("deep/check.sh", b"echo 0.5", 0.5),
        ("check", b"#!/bin/sh\necho '{\"passed\": false}'", {"passed": False}),
        ("check.py", b"import os; print(len(os.listdir()))", 1),
        ("check.py", b"import os, json; print(json.dumps('SECRET_API_KEY' in os.environ))", False),
    ],
)
def test_what_runs_it_and_what_it_sees(file: str, source: bytes, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_API_KEY", "sk-1234567890abcdef")
    assert program(file, source)("text", CONTEXT) == said


@pytest.mark.parametrize(
    ("file", "source", "message"),
    [
        ("check.sh", b"echo gone wrong >&2; exit 3", "check.sh ended with 3: gone wrong"),
        ("check.sh", b"echo maybe", "check.sh printed no JSON: 'maybe"),
        ("check.sh", b"echo NaN", "printed no JSON"),
        ("check.xyz", b"true", "neither a first line with #! nor a suffix"),
        ("check", b"#!/nowhere/interpreter\n", "cannot be run"),
    ],
)
def test_what_is_no_judgement(file: str, source: bytes, message: str) -> None:
    with pytest.raises(ProgramFailed, match=message):
        program(file, source)("text", CONTEXT)
