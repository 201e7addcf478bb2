"""Whether a repository's word is enough for where events go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.events import store_path
from promptctl.adapters.trust import data_folder, require_digest_trust
from promptctl.core.events.settings import EventSettings


def require_events_trust(
    settings: EventSettings, environment: Mapping[str, str], folder: Path, root: Path | None
) -> None:
    """Returns when the store that settings name may be used: below the user's data folder, in the work tree at ``root``
    that names it, or trusted. Raises StateError with the line that trusts it.

    ``folder`` is where relative paths of the environment begin.
    """
    store = settings.store
    if store.is_file and store.leaves:
        path = store_path(store, environment, folder).resolve()
        if path.is_relative_to(data_folder(environment).resolve()) or (root and _within(path, root.resolve())):
            return
    require_digest_trust(settings.digest, f"events would go to {store}", environment)


def _within(path: Path, root: Path) -> bool:
    """Whether a path is one of the work tree's, and none of Git's own."""
    return path.is_relative_to(root) and ".git" not in (part.lower() for part in path.relative_to(root).parts)
