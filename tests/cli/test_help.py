"""Help: every command and every option says what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.cli.app import build, main
from promptctl.cli.table import GROUPS, command_named, family, overview, summaries
from tests.support import promptctl


@pytest.mark.parametrize("name", summaries())
def test_every_command_and_option_has_help(name: str) -> None:
    command = build().get_command(None, name)
    assert command.help.strip()[-1] in ".)"
    assert {parameter.name: parameter.help for parameter in command.params if not parameter.help} == {}


@pytest.mark.parametrize("name", summaries())
def test_the_help_of_every_command_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"Usage: promptctl {name} ")
    assert all(option in shown.out for option in ("--json", "--quiet", "-C DIR", "--help"))
    assert shown.err == ""


def test_the_overview_lists_every_command(folder: Path) -> None:
    for group, commands in GROUPS.items():
        assert f"\n{group}:\n" in overview()
        assert all(f"\n  {name} " in overview() and text in overview() for name, text in commands.items())
    asked = promptctl("--help", cwd=folder)
    assert (asked.code, asked.out, asked.err) == (0, overview() + "\n", "")
    nothing = promptctl(cwd=folder)
    assert (nothing.code, nothing.out, nothing.err) == (2, "", overview() + "\n")


def test_commands_of_two_words_are_found_where_their_first_word_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(line in shown for line in family("eval").splitlines())
    assert [command_named(line.split()) for line in ("eval", "eval show x", "eval show@work", "eval -q show")] == [
        "eval",
        "eval show",
        "eval",
        "eval",
    ]
    for first in {name.split()[0] for name in summaries()} - summaries().keys():
        assert main([first]) == 2
        assert capsys.readouterr().err.endswith(f"{family(first)}\n")
        assert main([first, "--help"]) == 0
        assert capsys.readouterr().out.endswith(f"{family(first)}\n")
        assert main([first, "nonsense"]) == 2
        assert f"there is no command `{first} nonsense`" in capsys.readouterr().err


def test_no_line_of_the_overview_is_cut_on_a_narrow_screen() -> None:
    assert max(map(len, overview().splitlines())) <= 90


def test_help_says_nothing_to_a_folder_without_a_repository(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "-C", str(folder), "--help"]) == 0
    assert "Usage: promptctl status" in capsys.readouterr().out
