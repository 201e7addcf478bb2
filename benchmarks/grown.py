"""Repositories that are alike but for one number: how many prompts, release tags or moves they have."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.content import ENVIRONMENTS, SETTINGS, Content, Locks
from benchmarks.fast_import import FIRST_SECOND, HOME, WHO, History, with_remote
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.moves.lineage import new_lineage
from promptctl.core.moves.moves import Move, Moves
from promptctl.core.moves.pointer import Pointer, Served, moves_path, pointer_path
from promptctl.core.releases import lockfile
from promptctl.core.releases.tag import message_text, tag_name
from promptctl.core.releases.version import Version

_SOURCES = ("content.py", "fast_import.py", "grown.py")
_COMMITS = 100
"""So many commits bring all moves of one prompt, each with as many moves as that takes."""


@dataclass(frozen=True, kw_only=True)
class Grown(Content):
    """``moved`` prompts, from the first one on, were each moved ``moves`` times in production, up and down again."""

    moved: int = 0
    moves: int = 0

    @property
    def folder(self) -> Path:
        """The work tree, made now unless it is there already."""
        sources = b"".join((Path(__file__).parent / name).read_bytes() for name in _SOURCES)
        above = HOME / f"grown-{hashlib.sha256(sources).hexdigest()[:12]}"
        numbers = (self.prompts, self.versions, self.subject_versions, self.moved, self.moves)
        made = above / "-".join(map(str, numbers))
        if not made.with_suffix(".made").exists():
            shutil.rmtree(made, ignore_errors=True)
            grow(self, made)
            made.with_suffix(".made").touch()
        return made


def grow(kind: Grown, folder: Path) -> None:
    """Makes the repository in a new folder."""
    history, locks = History(folder), Locks(kind)
    files: dict[str, str | bytes] = {"promptctl.toml": SETTINGS}
    files |= {f"prompts/{path}": text for path, text in kind.partials()}
    for revision in range(kind.rounds):
        made = locks.advance(revision)
        new = ((index, name) for index, name in enumerate(kind.names) if name in made)
        files |= {f"prompts/{name}/prompt.yaml": kind.text(index, revision) for index, name in new}
        history.commit(f"Revision {revision}", files | {lockfile.PATH: locks.lock.to_text()})
        for name, (version, digest) in made.items():
            history.tag(tag_name(name, version), message_text(name, version, digest))
        files = {}
    for name in kind.names[: kind.moved]:
        _move(name, kind.moves, locks.lock.prompts[name], history)
    history.close()
    with_remote(folder)


def _move(name: str, count: int, entry: lockfile.LockEntry, history: History) -> None:
    """Moves one prompt, in turns to its first release and to its last."""
    place = (ENVIRONMENTS[-1], name)
    served = [Served(version, entry.releases[version]) for version in (Version(1, 0, 0), entry.version)]
    at = datetime.fromtimestamp(FIRST_SECOND, UTC)
    lineage = new_lineage(*place, None, at)
    lines: list[str] = []
    for number in range(count):
        now, before = served[number % 2], served[(number + 1) % 2] if number else None
        move = Move(
            serial=number + 1,
            at=(at + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            kind="promote",
            served=now,
            by=WHO,
            source=str(before.version) if before else None,
        )
        # The last line is all that chains the next one: a text that grows would be copied each time.
        lines.append(Moves(text=f"{lines[-1]}\n" if lines else "").append(move).text.splitlines()[-1])
        pointer = Pointer(prompt=name, lineage=lineage, serial=number + 1, served=now, previous=before)
        if (number + 1) % max(1, count // _COMMITS) == 0 or number + 1 == count:
            text = "\n".join(lines) + "\n"
            files: dict[str, str | bytes] = {
                pointer_path(*place): yaml_bytes(pointer.to_dict()),
                moves_path(*place): text,
            }
            history.commit(f"Move {name} to {now.version}", files)
