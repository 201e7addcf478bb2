"""Watching: everything once, then what a change of files touches and nothing else."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from promptctl.core.evals.selection import EVERYTHING
from promptctl.workflows.eval_watch import rounds
from tests.support import TONE, TRIAGE, build_files

CASES = "cases: [{dataset: cases.jsonl, expect: [{contains: x}]}]\n"
FILES = {
    "promptctl.toml": "",
    "prompts/support/triage/prompt.yaml": TRIAGE,
    "prompts/support/triage/eval.yaml": CASES,
    "prompts/support/triage/cases.jsonl": '{"ticket": "x"}\n',
    "prompts/shared/tone.j2": TONE,
    "prompts/other/prompt.yaml": "model: echo:echo\ninputs: {ticket: string}\ntemplate: '{{ ticket }}'\n",
    "prompts/other/eval.yaml": CASES.replace("contains: x", "judge: {prompt: judges/strict}"),
    "prompts/other/cases.jsonl": '{"ticket": "x"}\n',
    "prompts/judges/strict/prompt.yaml": (
        "model: echo:echo\ninputs: {answer: string}\ntemplate: '{{ answer }}'\n"
        "output: {type: object, properties: {score: {type: number}}, required: [score]}\n"
    ),
}
OTHER, TRIAGES = "other", "support/triage"


def test_what_a_change_touches_is_run_again(tmp_path: Path) -> None:
    root = build_files(tmp_path, FILES)
    judge = FILES["prompts/judges/strict/prompt.yaml"].replace("{{ answer }}", "How good? {{ answer }}")
    script: list[tuple[dict[str, str], list[str] | None]] = [
        ({}, None),
        ({"README.md": "x"}, None),
        ({"prompts/shared/tone.j2": "Be long.\n"}, [TRIAGES]),
        ({"prompts/support/triage/prompt.yaml": TRIAGE.replace("owner: support", "owner: me")}, None),
        ({"prompts/support/triage/cases.jsonl": '{"ticket": "y"}\n'}, [TRIAGES]),
        ({"prompts/judges/strict/prompt.yaml": judge}, [OTHER]),
        ({"prompts/support/triage/replies/0.jsonl": "not looked at"}, None),
        ({"prompts/other/eval.yaml": "cases: [\n"}, []),
        ({"prompts/other/eval.yaml": CASES}, [OTHER]),
    ]
    found: list[list[str]] = []
    steps = iter(script)
    expected = [[OTHER, TRIAGES], *(names for _, names in script if names is not None)]

    def wait() -> bool:
        files, _ = next(steps, (None, None))
        build_files(root, files or {})
        return files is not None

    for it in rounds(root, None, EVERYTHING, wait):
        found.append([planned.subject.reference for planned in it.planned])
        assert (it.error is None) == bool(it.planned)
    assert found == expected


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Path, Callable[[str], str], subprocess.Popen[bytes]]]:
    root = build_files(tmp_path / "work", {name: text for name, text in FILES.items() if "other" not in name})
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "promptctl", "eval", "--watch"],
        cwd=root,
        env=os.environ | {"PROMPTCTL_CACHE_DIR": str(tmp_path / "cache"), "NO_COLOR": "1"},
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    screen = bytearray()

    def until(said: str) -> str:
        while said.encode() not in screen:
            assert select.select([terminal], [], [], 30)[0], screen
            screen.extend(os.read(terminal, 4096))
        shown = screen.decode()
        screen.clear()
        return shown

    yield root, until, process
    os.close(terminal)
    process.kill()
    process.wait()


def test_on_a_terminal_until_ctrl_c(
    watching: tuple[Path, Callable[[str], str], subprocess.Popen[bytes]],
) -> None:
    root, until, process = watching
    assert "1 of 1 cases pass" in until("watching; Ctrl-C ends it")
    build_files(root, {"prompts/support/triage/cases.jsonl": '{"ticket": "y"}\n'})
    assert "0 of 1 cases pass" in until("watching; Ctrl-C ends it")
    os.killpg(process.pid, signal.SIGINT)
    until("interrupted")
    assert process.wait(30) == 130


def test_a_round_that_cannot_run_is_not_the_last(
    watching: tuple[Path, Callable[[str], str], subprocess.Popen[bytes]],
) -> None:
    root, until, _ = watching
    until("watching; Ctrl-C ends it")
    suite = CASES.replace("contains: x", "python: 'mine:fine'")
    broken = {"prompts/support/triage/mine.py": "def fine(\n", "prompts/support/triage/eval.yaml": suite}
    build_files(root, broken)
    assert "PC048" in until("watching; Ctrl-C ends it")
    build_files(root, {"prompts/support/triage/mine.py": "def fine(text, context):\n    return True\n"})
    assert "1 of 1 cases pass" in until("watching; Ctrl-C ends it")
