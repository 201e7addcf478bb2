"""A home of its own for every test and every long run: none can reach the user's files, settings or keys."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

_CONFIG = ".gitconfig"
_GITCONFIG = (
    "[user]\n\tname = Ada Tester\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
    # After every commit and push Git starts a process that finds too little to tidy up.
    "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[receive]\n\tautogc = false\n"
)
_OWN = ("GIT_", "GITHUB_", "PROMPTCTL_", "XDG_", "COLUMNS", "PYTEST_CURRENT_TEST")


def at_home(home: Path) -> dict[str, str]:
    """The environment of this process less what the user, a runner or a terminal put there; ``home`` is furnished."""
    (home / _CONFIG).write_text(_GITCONFIG)
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(_OWN) and not key.endswith("_API_KEY")
    }
    return kept | {
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PROMPTCTL_CACHE_DIR": str(home / "cache"),
        "PROMPTCTL_DATA_DIR": str(home / "data"),
        "TZ": "UTC",
    }


class Homes:
    """Homes for one test after the other below a folder; one that was left as it was found is the next one's too."""

    def __init__(self, above: Path) -> None:
        self._above, self._numbers = above, count()
        self._home, self._found = above, ""
        self._environment: dict[str, str] = {}

    def environment(self) -> dict[str, str]:
        """The environment of whoever lives in a home that nobody changed."""
        if self._state() != self._found:
            self._home = self._above / str(next(self._numbers))
            self._home.mkdir()
            self._environment = at_home(self._home)
            self._found = self._state()
        return self._environment

    def _state(self) -> str:
        path = self._home / _CONFIG
        config = path.stat() if path.exists() else None
        names = [path.name for path in self._home.iterdir()]
        return f"{names} {config and (config.st_ino, config.st_mtime_ns, config.st_size)}"
