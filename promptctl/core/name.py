"""The grammar of names: what may stand in a path, a tag and a command line without meaning something else there."""

from __future__ import annotations

import re

from promptctl.errors import UsageError

RESERVED = frozenset({"environments", "experiments", "evidence", "replies"})
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_TAKEN = RESERVED | _DEVICES
_SEGMENT = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_NAME = re.compile(rf"{_SEGMENT.pattern}(?:/{_SEGMENT.pattern}){{0,4}}", re.ASCII)
_BRANCH = re.compile(r"\w(?:[\w./+@#=-]*[\w+@#=-])?")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,62}", re.ASCII)


def name_fault(name: str) -> str | None:
    """Why ``name`` cannot name a prompt, or None if it can."""
    segments = name.split("/")
    if _NAME.fullmatch(name) and len(name) <= 150 and _TAKEN.isdisjoint(segments):
        return None
    if len(name.encode("utf-8", "surrogatepass")) > 150:
        return "a name has at most 150 bytes"
    if len(segments) > 5:
        return "a name has at most five segments"
    return next((fault for segment in segments if (fault := segment_fault(segment))), None)


def segment_fault(segment: str) -> str | None:
    """Why ``segment`` cannot be a part of a name, or None if it can."""
    if not _SEGMENT.fullmatch(segment):
        return f"the segment {segment!r} must be 1 to 63 of a-z, 0-9, - and _, with a letter or digit at both ends"
    if segment in RESERVED:
        return f"`{segment}` is reserved"
    return f"`{segment}` is a device name on Windows" if segment in _DEVICES else None


def branch_fault(name: str) -> str | None:
    """Why ``name`` cannot be a branch in settings, or None if it can: it becomes part of refs and refspecs."""
    if not _BRANCH.fullmatch(name) or any(part in name for part in ("..", "//", "/.", ".lock/")):
        return "letters, digits and ._/+@#=- make a branch's name"
    if name.endswith(".lock") or name == "HEAD" or name.startswith("refs/"):
        return "a branch's short name is needed"
    return None


def check_name(name: str) -> str:
    """The name itself; raises UsageError when it breaks the grammar."""
    fault = name_fault(name)
    if fault:
        raise UsageError("PC005", f"{name!r} cannot name a prompt: {fault}", hint="example: support/triage")
    return name


def check_environment(name: str) -> str:
    """The environment's name itself; raises UsageError when it breaks the grammar."""
    if not _ENVIRONMENT.fullmatch(name) or name in ("work", "latest"):
        raise UsageError(
            "PC005", f"{name!r} cannot name an environment", hint="letters a-z, digits and -, not work or latest"
        )
    return name
