"""Completion: what is offered where, and that a real shell takes it."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from promptctl.cli.app import build
from promptctl.cli.completion import SHELLS, candidates
from promptctl.cli.table import ARGUMENTS, summaries
from tests.support import STARTER, build_files, must_fail, promptctl, succeed

RELEASES = {"1.0.0": "sha256:" + "a" * 64, "1.1.0": "sha256:" + "b" * 64}
LOCK = {"format": 1, "prompts": {"support/triage": {"releases": RELEASES}}}
FILES = STARTER | {
    "prompts/support/summary/prompt.yaml": "template: x\n",
    "prompts/$(touch x)/prompt.yaml": "template: x\n",
    "prompts/prompts.lock": json.dumps(LOCK),
}


@pytest.fixture
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(build_files(folder, FILES))
    return folder


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("re", "render release retire remove report"),
        ("--v", "--version"),
        ("nonsense ", ""),
        ("status ", ""),
        ("show ", "support/summary support/triage"),
        ("show support/t", "support/triage"),
        (
            "show support/triage@",
            " ".join(f"support/triage@{ref}" for ref in ("1.1.0", "1.0.0", "latest", "work", "staging", "prod")),
        ),
        ("diff support/triage@1.1.0 support/triage@1.0", "support/triage@1.0.0"),
        ("lock support/s", "support/summary"),
        ("promote ", "support/summary support/triage"),
        ("promote support/triage ", "support/summary support/triage staging prod"),
        ("plan p", "prod"),
        ("rollback support/triage ", "staging prod"),
        ("rollback support/triage prod ", ""),
        ("rollback --reason support/triage support/tri", "support/triage"),
        ("rollback --reason support/triage support/triage p", "prod"),
        ("freeze st", "staging"),
        ("eval ver", "verify"),
        ("eval ", "add review merge show compare verify support/summary support/triage"),
        ("eval -q ", "support/summary support/triage"),
        ("eval show --cas", "--case"),
        ("eval sh", "show"),
        ("eval verify support/t", "support/triage"),
        ("eval --replies r", "recorded refresh"),
        ("lock --bump=m", "--bump=minor --bump=major"),
        ("list --env p", "prod"),
        ("lock --allow", "--allow-breaking"),
        ("lock -q --chec", "--check"),
        ("schema po", "pointer"),
        ("completion ", "bash zsh fish"),
    ],
)
def test_what_is_offered(project: Path, line: str, offered: str) -> None:
    assert candidates(line.split(" ")) == offered.split()


def test_the_folder_that_c_names_is_looked_into(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert candidates(["show", ""]) == []
    assert candidates(["show", "-C", str(project), "support/t"]) == ["support/triage"]


@pytest.mark.parametrize("broken", ["promptctl.toml", "prompts/prompts.lock"])
def test_broken_files_offer_nothing(project: Path, broken: str) -> None:
    for content in (b"\xff", b"[", b"[]", b'{"prompts": 1}', b"environments = 1"):
        (project / broken).write_bytes(content)
        assert len(candidates(["show", "support/triage@"])) in (2, 4)
    (project / broken).unlink()
    assert "support/triage@work" in candidates(["show", "support/triage@"])


def test_the_table_of_arguments_is_that_of_the_commands() -> None:
    program = build()
    shown = {}
    for name in summaries():
        arguments = [
            option for option in program.get_command(None, name).params if option.param_type_name == "argument"
        ]
        shown[name] = " ".join(argument.metavar for argument in arguments)
    assert shown == ARGUMENTS


def test_every_shell_has_a_script(folder: Path) -> None:
    for shell in SHELLS:
        assert "promptctl --complete" in succeed("completion", shell, cwd=folder).out
    assert "shells: bash, zsh, fish" in must_fail("completion", "tcsh", cwd=folder, code=2).err


def test_outside_a_repository_nothing_is_offered(folder: Path) -> None:
    ran = promptctl("--complete", "show", "", cwd=folder)
    assert (ran.code, ran.out.strip(), ran.err) == (0, "", "")


def _script(folder: Path) -> Path:
    script = folder.parent / "completion.bash"
    script.write_text(succeed("completion", "bash", cwd=folder).out)
    return script


def test_bash_completes(project: Path) -> None:
    lines = ["promptctl rollback support/triage p", "promptctl show support/triage@1.", "git promptctl show support/s"]
    asked = "".join(
        f"COMP_LINE='{line}' COMP_POINT={len(line)} {function}; echo ${{COMPREPLY[*]}}\n"
        for line, function in zip(lines, ("_promptctl", "_promptctl", "_git_promptctl"), strict=True)
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", f"source {_script(project)}\n{asked}"],
        cwd=project,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.splitlines(), done.stderr) == (["prod", "@1.1.0 @1.0.0", "support/summary"], "")


def test_the_tab_key_completes_a_version(project: Path) -> None:
    script = _script(project)
    # Bash on a terminal decides itself what of the word it replaces: a table of replies cannot show that.
    terminal, inside = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "-i"],
        cwd=project,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "TERM": "dumb"},
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    try:
        os.write(terminal, f"source {script}; bind 'set bell-style none'\n".encode())
        os.write(terminal, b"promptctl show support/triage@1.1\t\x01echo typed \n")
        screen = b""
        while b"\ntyped promptctl" not in screen.replace(b"\r", b""):
            assert select.select([terminal], [], [], 30)[0], screen
            screen += os.read(terminal, 4096)
        assert b"typed promptctl show support/triage@1.1.0" in screen, screen
    finally:
        os.close(terminal)
        shell.kill()
        shell.wait()
