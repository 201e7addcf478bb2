"""The boundary of errors: a wrong call is 2, our bug is 70, an interruption 130; never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from promptctl.cli import shell
from promptctl.cli.app import main
from promptctl.cli.commands import list as list_command
from tests.support import STARTER, build_files

PROGRAM = [sys.executable, "-m", "promptctl"]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["staus"], "there is no command `staus`", "did you mean `status`?"),
        (["qqq"], "there is no command `qqq`", "promptctl --help"),
        (["show"], "missing argument 'NAME[@REF]'", "promptctl show --help"),
        (["show", "a", "b"], "got unexpected extra argument(s) (b)", "promptctl show --help"),
        (["lock", "--chekc"], "no such option: --chekc", "promptctl lock --help"),
        (["freeze", "prod"], "missing option '--reason'", "promptctl freeze --help"),
        (["rollback", "a", "prod", "--reason"], "option '--reason' requires an argument", "promptctl rollback --help"),
        (["lock", "--bump", "huge"], "invalid value for '--bump'", "promptctl lock --help"),
        (["status", "-C", "nowhere"], "there is no folder nowhere", None),
        (["--nope"], "no such option: --nope", "promptctl --help"),
    ],
)
def test_a_wrong_call_is_2(
    arguments: list[str], message: str, hint: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    text = capfd.readouterr()
    assert text.err.startswith(f"error[PC001]: {message}")
    assert text.out == ""
    assert main(["--json", *arguments] if arguments[0] == "--nope" else [arguments[0], "--json", *arguments[1:]]) == 2
    answer = json.loads(capfd.readouterr().out)
    assert (answer["schema"], answer["ok"], answer["error"]["code"]) == (1, False, "PC001")
    assert answer["error"]["where"] is None
    if arguments[0] != "--nope":
        assert answer["error"]["message"].startswith(message)
        assert answer["error"]["hint"] == hint


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: Any) -> None:
        """Lists."""
        raise ZeroDivisionError("with a secret in it")

    monkeypatch.setattr(list_command, "command", broken)


def test_a_bug_is_70_without_a_traceback(planted: None, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 70
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "error[PC099]: a bug in promptctl: ZeroDivisionError in shell.py:" in shown.err
    assert "hint: run again with PROMPTCTL_TRACEBACK=1 and report what it prints" in shown.err
    assert "Traceback" not in shown.err
    assert "secret" not in shown.err
    assert main(["list", "--json"]) == 70
    assert json.loads(capfd.readouterr().out)["error"]["code"] == "PC099"


def test_a_traceback_is_to_be_had(
    planted: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROMPTCTL_TRACEBACK", "1")
    assert main(["list"]) == 70
    assert "Traceback" in capfd.readouterr().err
    monkeypatch.setattr(shell, "SUPERVISED", frozenset())
    with pytest.raises(ZeroDivisionError):
        main(["list"])


def test_a_command_that_cannot_be_loaded_is_70(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "promptctl.cli.commands.list", None)
    assert main(["list"]) == 70
    assert "error[PC099]" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["schema", "prompt"], ["list", "--json"]])
def test_a_reader_that_leaves_is_no_error(folder: Path, arguments: list[str]) -> None:
    build_files(folder, STARTER)
    gone, ours = os.pipe()
    os.close(gone)
    done = subprocess.run([*PROGRAM, *arguments], cwd=folder, stdout=ours, stderr=subprocess.PIPE, check=False)
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")


def test_control_c_is_130(folder: Path) -> None:
    build_files(folder, STARTER)
    running = subprocess.Popen(
        [*PROGRAM, "render", "support/triage", "-i", "-"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdin is not None
    # More than a pipe holds: when this returns, the program is reading and waits for the end.
    running.stdin.write(b" " * (1 << 20))
    running.stdin.flush()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate()
    assert (running.returncode, out, err) == (130, b"", b"interrupted\n")
