"""Where this machine keeps what can be made again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.files import homeless

_PLATFORM: str = sys.platform


def cache_folder(environment: Mapping[str, str]) -> Path:
    """``PROMPTCTL_CACHE_DIR``, else the platform's folder for user caches. Raises UsageError for a user without one."""
    if named := environment.get("PROMPTCTL_CACHE_DIR"):
        return Path(named)
    try:
        return _of_user(environment)
    except RuntimeError:
        raise homeless("PROMPTCTL_CACHE_DIR") from None


def _of_user(environment: Mapping[str, str]) -> Path:
    if _PLATFORM == "linux":
        # What platformdirs answers here, without what it takes to load: every command asks.
        shared = environment.get("XDG_CACHE_HOME", "").strip()
        return Path(shared or "~/.cache").expanduser() / "promptctl"
    import platformdirs

    return Path(platformdirs.user_cache_dir("promptctl", appauthor=False))
