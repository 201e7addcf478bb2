"""The pages about commands, written from the program itself: ``python -m tests.docs_commands`` writes them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from promptctl.cli.app import build
from promptctl.cli.table import GROUPS
from tests import manual_page
from tests.describing import COMMON, meaning, value

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "commands.md"
HEAD = """\
# Commands

Written from the program by `python -m tests.docs_commands`; a test compares.

Every command takes `--json` (one JSON object on standard output), `-q`/`--quiet` (no hints, no progress), `-C DIR`
(work in this folder) and `-h`/`--help`. [Exit codes](exit-codes.md) and [references](references.md) (`NAME@REF`) have
pages of their own.

Tables fit the terminal: cells of wide columns are wrapped. In a pipe each row is one line, however long, unless
`COLUMNS` says how long it may be.
"""


def page() -> str:
    """The whole page as Markdown."""
    program = build()
    parts = [HEAD]
    for group, commands in GROUPS.items():
        parts.append(f"\n## {group}\n")
        parts += [section(program.get_command(None, name)) for name in commands]
    return "".join(parts)


def section(command: Any) -> str:
    """One command: how it is called, what it does, its arguments and options."""
    arguments = [found for found in command.params if found.param_type_name == "argument"]
    options = [found for found in command.params if found.param_type_name == "option" and found.opts[0] not in COMMON]
    usage = " ".join(["promptctl", command.name, *(argument.metavar for argument in arguments)])
    rows = [(f"`{argument.metavar.replace('|', chr(92) + '|')}`", argument.help) for argument in arguments]
    rows += [(spelled(option), meaning(option)) for option in options]
    table = "".join(f"| {left} | {right} |\n" for left, right in rows)
    help_text = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
    return f"\n### {usage}\n\n{help_text}\n" + (
        f"\n| argument or option | meaning |\n|---|---|\n{table}" if rows else ""
    )


def spelled(option: Any) -> str:
    """An option as it is typed, with what its value stands for."""
    names = ", ".join(f"`{name}`" for name in option.opts)
    return names if option.is_flag else f"{names} {value(option)}"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    manual_page.write()
