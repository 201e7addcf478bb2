"""``completion``: the names that a shell may offer, read as cheaply as they can be. A person waits for each keystroke.

Nothing is validated: what cannot be read gives nothing to offer. What could mean something to a shell is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from promptctl.adapters.work_tree import SETTINGS, WorkTree, find_root
from promptctl.core.name import name_fault
from promptctl.errors import PromptctlError

_LOCK = "prompts/prompts.lock"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}", re.ASCII)


def prompt_names(start: Path) -> list[str]:
    """Every prompt's name in the repository around a folder."""
    try:
        paths = WorkTree(find_root(start)).files()
    except PromptctlError:
        return []
    end = "/prompt.yaml"
    names = [path[len("prompts/") : -len(end)] for path in paths if path.startswith("prompts/") and path.endswith(end)]
    return [name for name in names if name_fault(name) is None]


def environments(start: Path) -> list[str]:
    """The environments that promptctl.toml names, in its order."""
    import tomllib

    return _plain(_table(_parsed(start, SETTINGS, tomllib.loads), "environments"))


def references(start: Path, name: str) -> list[str]:
    """What may follow ``NAME@``: the lock's releases with the newest first, ``latest``, ``work``, environments."""
    releases = _table(_parsed(start, _LOCK, json.loads), "prompts", name, "releases")
    return [*reversed(_plain(releases)), "latest", "work", *environments(start)]


def _parsed(start: Path, path: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(WorkTree(find_root(start)).read(path).decode())
    except (PromptctlError, ValueError, RecursionError):
        return None


def _table(value: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _plain(words: Iterable[str]) -> list[str]:
    return [word for word in words if _PLAIN.fullmatch(word)]
