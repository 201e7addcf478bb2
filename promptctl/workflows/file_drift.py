"""Where the prompts of a tree and its lock disagree; the lock's entries are read for those alone that may."""

from __future__ import annotations

import json
from collections.abc import Mapping

from promptctl.adapters.known_lock import agreed
from promptctl.adapters.project import Project
from promptctl.core.moves.drift import Drift, lock_drift
from promptctl.core.releases.lockfile import Lockfile


def file_drift(project: Project, digests: Mapping[str, str]) -> tuple[Drift, ...]:
    """The disagreements of a lock with ``digests``, those of every prompt that could be read.

    Raises DocumentError when the lock is malformed.
    """
    known = agreed(project)
    suspects = digests.keys() ^ known.keys()
    suspects |= {
        name for name, (_, digest, released) in known.items() if not released or digest != digests.get(name, digest)
    }
    entries = {name: entry for name in suspects if name in known and (entry := project.lock.prompts.get(name))}
    left = {name: digests[name] for name in suspects if name in digests}
    return lock_drift(Lockfile(entries), left, lambda name: _parts(project, name))


def _parts(project: Project, name: str) -> Mapping[str, str]:
    """The digest of each part of a prompt, which is not read where earlier commands did."""
    known = project.known.by_name("parts")
    noted = known.digest(name)
    if noted is not None:
        found: dict[str, str] = json.loads(noted)
        return found
    from promptctl.core.prompts.canonical import parts

    found = parts(project.closure(name))
    known.keep(name, json.dumps(found), project.files_of(name))
    return found
