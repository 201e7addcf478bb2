"""A home of its own for every test and every long run: none can reach the user's files, settings or keys."""

from __future__ import annotations

import os
from pathlib import Path

_GITCONFIG = (
    "[user]\n\tname = Ada Tester\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
)


def at_home(home: Path) -> dict[str, str]:
    """The environment of this process less what the user, a runner or a terminal put there; ``home`` is furnished."""
    (home / ".gitconfig").write_text(_GITCONFIG)
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GIT_", "GITHUB_", "PROMPTCTL_", "XDG_", "COLUMNS")) and not key.endswith("_API_KEY")
    }
    return kept | {
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PROMPTCTL_CACHE_DIR": str(home / "cache"),
        "PROMPTCTL_DATA_DIR": str(home / "data"),
        "TZ": "UTC",
    }
