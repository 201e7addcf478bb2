"""What a remote did to release tags that this clone knew: noted by whoever fetches, told until it is put right.

A tag that a remote gives another object, or loses, leaves no trace in Git once the fetch has followed. The note, a line
of JSON for each such tag with the object that it was, is what later commands go by.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import list_refs
from promptctl.adapters.git.tags import mirror_prefix
from promptctl.adapters.writing import write_file
from promptctl.core.releases.tag import PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A release tag's ref, the object it was, and the one that the remote has now (None: none)."""

    ref: str
    was: str
    now: str | None


def changed_tags(here: Mapping[str, str], before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The tags that the remote has otherwise than they were known, with the objects they were: by what this clone has,
    and what the remote had ``before``. A tag that only this clone has is one that was not pushed yet."""
    known = {**{name: object_id for name, object_id in here.items() if name in now}, **before}
    return {name: object_id for name, object_id in known.items() if now.get(name) != object_id}


def note_changed(git: Git, remote: str, changed: Mapping[str, str]) -> None:
    """Notes changed tags (by their names below ``refs/tags/prompts/``) beside those that are noted already."""
    if changed:
        noted = {(remote, name): was for name, was in changed.items()} | _noted(git)
        lines = [json.dumps([*place, was]) for place, was in sorted(noted.items())]
        write_file(_path(git), "".join(f"{line}\n" for line in lines).encode())


def rewritten_tags(git: Git, remote: str) -> tuple[Rewritten, ...]:
    """The noted tags that are not put right: the remote, as last fetched, has neither the object that it had nor the
    one that this clone has."""
    noted = {name: was for (where, name), was in _noted(git).items() if where == remote}
    if not noted:
        return ()
    mirror = mirror_prefix(remote)
    refs = list_refs(git, *(prefix + name for name in noted for prefix in (PREFIX, mirror)))
    objects = {ref.name: ref.object_id for ref in refs}
    found = (Rewritten(ref=PREFIX + name, was=was, now=objects.get(mirror + name)) for name, was in noted.items())
    return tuple(it for it in found if it.now != it.was and (it.now is None or it.now != objects.get(it.ref)))


def _path(git: Git) -> Path:
    return git.common_directory / "promptctl" / "rewritten-tags"


def _noted(git: Git) -> dict[tuple[str, str], str]:
    """By remote and name the objects that were; a line that nobody can read is no note."""
    noted: dict[tuple[str, str], str] = {}
    with suppress(FileNotFoundError):
        for line in _path(git).read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                remote, name, was = json.loads(line)
                noted[remote, name] = was
    return noted
