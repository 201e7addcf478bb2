"""``git-setup``: teaches the Git of one clone to read prompts, and not to mix what two branches say of a pointer."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.setup import (
    forget_configuration,
    read_configuration,
    set_attributes,
    write_configuration,
)
from promptctl.core.moves.pointer import FOLDER
from promptctl.core.releases.lockfile import PATH

ATTRIBUTES = (
    "/prompts/**/prompt.yaml diff=promptctl",
    f"/{PATH} merge=promptctl",
    f"/{FOLDER}/**/*.yaml merge=promptctl",
    f"/{FOLDER}/**/*.moves.jsonl merge=promptctl",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSetUp:
    """What this clone's Git does now: ``active``, and whether this command ``changed`` it."""

    active: bool
    changed: bool


def git_setup(git: Git, interpreter: str, *, undo: bool = False) -> GitSetUp:
    """Writes or takes out the configuration and the attributes of this clone; nothing is committed."""
    values = configuration(interpreter)
    found = read_configuration(git, values)
    if undo:
        if found:
            forget_configuration(git, values)
        return GitSetUp(active=False, changed=set_attributes(git, ()) or bool(found))
    if found != values:
        write_configuration(git, values)
    return GitSetUp(active=True, changed=set_attributes(git, ATTRIBUTES) or found != values)


def configuration(interpreter: str) -> dict[str, str]:
    """Git's settings for our drivers.

    ``-P`` keeps Python from importing what lies in the folder that Git runs in. A file that is no prompt, or a
    promptctl that is gone, must not stop ``git log``: the file itself is shown then.
    """
    program = f"{shlex.quote(interpreter)} -P -m promptctl"
    return {
        "diff.promptctl.textconv": f'f() {{ {program} textconv "$1" 2>/dev/null || cat "$1"; }}; f',
        "diff.promptctl.xfuncname": r"^(\[.*)$",
        "merge.promptctl.name": "promptctl: prompts.lock and pointers",
        "merge.promptctl.driver": f"{program} merge-driver %O %A %B %P",
    }
