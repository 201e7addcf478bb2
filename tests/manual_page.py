"""The manual page, written from the program itself: ``python -m tests.docs_commands`` writes it anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from promptctl.cli.app import build
from promptctl.cli.table import GROUPS
from tests.describing import COMMON, meaning, value

FOLDER = Path(__file__).parent.parent / "docs" / "man"
PAGE, ALIAS = FOLDER / "promptctl.1", FOLDER / "git-promptctl.1"
HEAD = r"""\
.\" Written from the program by `python -m tests.docs_commands`; a test compares.
.TH PROMPTCTL 1 "" "promptctl" "Prompts in Git"
.SH NAME
promptctl, git\-promptctl \- a Git repository as a prompt registry
.SH SYNOPSIS
.B promptctl
.I COMMAND
.RI [ argument ]...
.RI [ option ]...
.SH DESCRIPTION
Prompts are files in a repository's
.I prompts
folder. promptctl checks, renders, compares, versions and tests them, releases them as Git tags, and points
environments at releases.
.B git promptctl
.I COMMAND
is the same.
.SH OPTIONS OF EVERY COMMAND
.TP
.B \-\-json
One JSON object on standard output.
.TP
.BR \-q ", " \-\-quiet
No hints, no progress.
.TP
.BI "\-C " DIR
Work in this folder.
.TP
.BR \-h ", " \-\-help
Show the command's help.
"""
TAIL = r""".SH EXIT STATUS
.TP
.B 0
Done, or the answer is yes.
.TP
.B 1
The answer is no: a gate, a check or a test fails.
.TP
.B 2
Something in the command line or in a file is wrong.
.TP
.B 3
What is there does not allow it.
.TP
.B 4
Something outside failed: Git, a disk, a network.
.SH SEE ALSO
.BR git (1)
"""


def page() -> str:
    """The whole page in roff, as man reads it."""
    program = build()
    parts = [HEAD.removeprefix("\\\n")]
    for group, commands in GROUPS.items():
        parts.append(f'.SH "{group.upper()}"\n')
        parts += [section(program.get_command(None, name)) for name in commands]
    return "".join([*parts, TAIL])


def section(command: Any) -> str:
    """One command: its line, what it does, its options."""
    arguments = " ".join(found.metavar for found in command.params if found.param_type_name == "argument")
    options = [found for found in command.params if found.param_type_name == "option" and found.opts[0] not in COMMON]
    paragraphs = [roff(" ".join(part.split())) for part in command.help.split("\n\n")]
    text = f'.SS "{roff(f"promptctl {command.name} {arguments}".rstrip())}"\n' + "\n.PP\n".join(paragraphs) + "\n"
    return text + "".join(f'.TP\n.B "{roff(spelled(option))}"\n{roff(plain(meaning(option)))}\n' for option in options)


def spelled(option: Any) -> str:
    """An option as it is typed, with what its value stands for."""
    return ", ".join(option.opts) + ("" if option.is_flag else f" {plain(value(option))}")


def plain(markdown: str) -> str:
    """Text without the marks of Markdown."""
    return re.sub(r"[`*]|\\(?=\|)", "", markdown)


def roff(text: str) -> str:
    """Text that roff shows as it is, in quotes and at the beginning of a line too."""
    for character, shown in (("\\", r"\e"), ("-", r"\-"), ('"', r"\(dq"), ("'", r"\(aq"), ("…", "...")):
        text = text.replace(character, shown)
    return rf"\&{text}" if text.startswith(".") else text


def write() -> None:
    """Writes the page, and the one that ``git help promptctl`` looks for."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    ALIAS.write_text(".so man1/promptctl.1\n", encoding="utf-8")
