"""Where this machine keeps what can be made again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

_PLATFORM: str = sys.platform


def cache_folder(environment: Mapping[str, str]) -> Path:
    """``PROMPTCTL_CACHE_DIR``, else the platform's folder for user caches."""
    if named := environment.get("PROMPTCTL_CACHE_DIR"):
        return Path(named)
    if _PLATFORM == "linux":
        # What platformdirs answers here, without what it takes to load: every command asks.
        shared = environment.get("XDG_CACHE_HOME", "").strip()
        return Path(shared or "~/.cache").expanduser() / "promptctl"
    import platformdirs

    return Path(platformdirs.user_cache_dir("promptctl", appauthor=False))
