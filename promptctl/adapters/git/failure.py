"""How git fails, and what helps: its own words are kept, a command that repairs is added where there is one."""

from __future__ import annotations

import re
import shlex

from promptctl.adapters.git.deadline import WAIT
from promptctl.errors import OutsideError

GIT_FAILED, SILENT = "PC090", "PC171"


# A remote's words are in there as well: only a line of Git's own, quoted as Git does where it must be, which is one
# command and nothing behind it.
_FOREIGN = re.compile(
    r"^\t(git config --global --add safe\.directory (?:'[^'\n]*'|[A-Za-z0-9+,./:=@_^-]+))$", re.MULTILINE
)


class GitFailure(OutsideError):
    """A git command that ended with an exit code nobody expected; ``stderr`` is what it said."""

    failing = GIT_FAILED
    repair: str | None = None

    def __init__(self, arguments: tuple[str, ...], exit_status: int, stderr: str) -> None:
        said = [line for line in stderr.splitlines() if line.strip()]
        message = said[-1] if said else f"exit status {exit_status}"
        fatal = [line for line in said if line.startswith(("fatal:", "error:"))]
        hint = self.repair or repair_of(stderr)
        super().__init__(self.failing, f"git {arguments[0]} failed: {fatal[0] if fatal else message}", hint=hint)
        self.exit_status, self.stderr = exit_status, stderr


class GitKilled(GitFailure):
    """Git was ended by a signal: it may have left lock files and half of its work."""

    repair = "run it again: it finds out what was done, and finishes it"


def repair_of(stderr: str) -> str | None:
    """What helps against the failures that Git has only words for; None where there is nothing to tell."""
    taken = re.search(r"'([^'\n]+)\.lock'?: File exists|could not lock config file (.+): File exists", stderr)
    if taken:
        there = "on the remote's machine, " if "remote: " in stderr[: taken.start()] else ""
        lock = f"{taken[1] or taken[2]}.lock"
        return f"another git is at work there, or was killed; if none is: {there}rm {shlex.quote(lock)}"
    if foreign := _FOREIGN.search(stderr):
        return f"the folder belongs to another user; if you trust what is in it: {foreign[1]}"
    if "No space left on device" in stderr or "Disk quota exceeded" in stderr:
        return "make room on the disk, then run it again"
    return "give yourself the permission to write there" if "Permission denied" in stderr else None


class GitSilent(GitFailure):
    """Git was ended because the remote did not answer in time: whether it took what was sent is not known."""

    failing = SILENT
    repair = f"look after the network and the remote's hooks; to wait longer, set {WAIT}=600"
