"""What must hold after a strike, and whether the next command works unaided or names what is in its way."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from promptctl.adapters.writing import PREFIX
from tests.kills.scene import Scene
from tests.kills.strikes import Ended
from tests.shipping import remote_refs, run
from tests.snapshot import Snapshot, changed, files, snap
from tests.support import GitRepository, Ran

_REMOVAL = re.compile(r"\brm (?:-f )?('?)(/[^\s']+\.lock)\1")
_TOLD = "tags are made|nobody can tell|recorded here| has it| has the tags| the branch |finds out what was done"
_ENDS = (0, 1, 3, 4)
ELSEWHERE = ("work", "origin.git", "other", "tmp")
"""What lies beside the repository, or is it, and is judged in its own way or not at all."""


@dataclass(slots=True)
class Verdict:
    """What one strike did: where the repository stood, what the next command had to do, and all that is wrong."""

    died: bool
    stood: str = "between"
    recovered: bool = False
    named: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def before(repository: GitRepository) -> Snapshot:
    """What a strike may leave as it is."""
    there = remote_refs(repository) if repository.git("remote") else {}
    return snap(repository) | {f"there {ref}": target for ref, target in there.items()} | _beside(repository)


def _beside(repository: GitRepository) -> Snapshot:
    """What the command has outside the repository: data, caches, stores, what it was told to write there."""
    places = [path for path in repository.folder.parent.iterdir() if path.name not in ELSEWHERE]
    found = {path.name: (0, path.read_bytes()) for path in places if path.is_file()}
    for place in places:
        if place.is_dir():
            found |= {f"{place.name}/{name}": content for name, content in files(place).items()}
    return {f"beside {name}": it for name, it in found.items() if not name.startswith("cache/facts/")}


def judged(scene: Scene, repository: GitRepository, was: Snapshot, clean: Snapshot, ended: Ended) -> Verdict:
    """Looks at what a strike left, then runs the command again until it is through. ``clean``: of a run in peace."""
    found = Verdict(ended.died)
    if "Traceback" in ended.out + ended.err or (not ended.died and ended.code not in _ENDS):
        found.wrong.append(f"ended badly: {ended}")
    _sound(repository, found)
    now = before(repository)
    different = changed(was, now)
    _whole(scene, repository, was, now, clean, different, found)
    done = scene.done(repository)
    found.stood = "before" if not different else "after" if done else "between"
    if not ended.died:
        _truthful(scene, ended, different, found, done=done)
    _again(scene, repository, found)
    return found


def _sound(repository: GitRepository, found: Verdict) -> None:
    bare = repository.folder.parent / "origin.git"
    for folder in (repository.folder, bare) if bare.exists() else (repository.folder,):
        checked = subprocess.run(
            ["git", "-C", str(folder), "fsck", "--strict", "--no-dangling"], capture_output=True, check=False
        )
        if checked.returncode:
            found.wrong.append(f"fsck of {folder.name}: {checked.stderr.decode()}{checked.stdout.decode()}")


def _whole(
    scene: Scene,
    repository: GitRepository,
    was: Snapshot,
    now: Snapshot,
    clean: Snapshot,
    different: set[str],
    found: Verdict,
) -> None:
    """Every file has its bytes from before or from after, every branch stands at its commit or at the next one."""
    for key in sorted(different):
        kind, _, name = key.partition(" ")
        temporary = Path(name).name.startswith(PREFIX)
        if not temporary and kind != "beside" and not _its_own(scene, key, was, clean):
            found.wrong.append(f"{key} changed, which is not its to change")
        if key == "config" and _others(scene, was[key]) == _others(scene, now[key]):
            continue
        if kind in ("file", "beside"):
            new = now.get(key)
            if not temporary and new != clean.get(key) and not (new and _is_whole(scene, repository, name, new[1])):  # type: ignore[index]
                found.wrong.append(f"torn: {name} was {was.get(key)!r}, is {new!r}")
        elif kind in ("ref", "there") and key in was and now.get(key) not in (None, was[key]):
            folder = repository.folder if kind == "ref" else repository.folder.parent / "origin.git"
            parent = subprocess.run(
                ["git", "-C", str(folder), "rev-parse", f"{now[key]}^"], capture_output=True, check=False
            ).stdout.decode()
            if parent.strip() != was[key]:
                found.wrong.append(f"{name} moved to what is not the next commit")
        elif kind in ("HEAD", "config", "hooks", "stash") or (key in was and key not in now):
            found.wrong.append(f"{key} changed")


def _its_own(scene: Scene, key: str, was: Snapshot, clean: Snapshot) -> bool:
    """Whether the command may change this at all; of files, what it changes when nobody strikes it."""
    if scene.only is not None:
        return key in scene.only
    return not key.startswith("file ") or was.get(key) != clean.get(key)


def _is_whole(scene: Scene, repository: GitRepository, name: str, content: bytes) -> bool:
    if re.search(r"\.(sqlite3|db)\b", name):
        return name.endswith(("-wal", "-shm", "-journal")) or is_sound(repository.folder.parent / name)
    return scene.whole(content) or _is_known(repository, content)


def is_sound(database: Path) -> bool:
    """Whether SQLite finds nothing wrong, with what is still to be merged. Asks a copy: opening is a repair."""
    with tempfile.TemporaryDirectory() as folder:
        for path in database.parent.glob(f"{database.name}*"):
            shutil.copy(path, folder)
        with contextlib.closing(sqlite3.connect(Path(folder, database.name))) as connection:
            try:
                return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
            except sqlite3.DatabaseError:
                return False


def _others(scene: Scene, config: object) -> list[str]:
    """The settings of Git that are not the scene's to write."""
    assert isinstance(config, bytes)
    line = ["git", "config", "--file", "-", "--list"]
    listed = subprocess.run(line, input=config, capture_output=True, check=True).stdout.decode().splitlines()
    return [setting for setting in listed if not setting.startswith(scene.configures or "\0")]


def _is_known(repository: GitRepository, content: bytes) -> bool:
    """Whether the bytes are whole: Git holds them as an object, or they are JSON to the end of the last line."""
    with contextlib.suppress(ValueError):
        if content.endswith(b"\n") and [json.loads(line) for line in content.splitlines()]:
            return True
    with contextlib.suppress(ValueError):
        return bool(json.loads(content))
    name = subprocess.run(
        ["git", "-C", str(repository.folder), "hash-object", "--stdin"], input=content, capture_output=True, check=True
    ).stdout.decode()
    return repository.git("cat-file", "-t", name.strip(), check=False) == "blob"


def _truthful(scene: Scene, ended: Ended, different: set[str], found: Verdict, *, done: bool) -> None:
    """A command that lived says what is true: 0 is done, anything else left nothing or says what it left."""
    said = ended.err + ended.out
    if ended.code == scene.code and not done:
        found.wrong.append(f"says done and is not: {ended}")
    moved = {key for key in different if key.startswith("there ")}
    if (
        ended.code not in (0, scene.code)
        and moved
        and not re.search(
            "tags are made|nobody can tell|recorded here|landed| has (it|the tags)|finds out what was done", said
        )
    ):
        found.wrong.append(f"says not done and the remote has it: {ended}")
    if ended.code == 4 and ended.err and not re.search(r"(error\[PC\d+\]: .+)", said):
        found.wrong.append(f"no word of what happened: {ended}")


def unlocked(repository: GitRepository, *arguments: str) -> tuple[Ran, list[str]]:
    """A command, after the removal of the locks of Git that it names as in its way, and those locks; a lock that is
    named and not there ends it."""
    named: list[str] = []
    while True:
        ran = run(repository, *arguments)
        told = _REMOVAL.search(ran.err + ran.out)
        if ran.code == 0 or told is None or len(named) > 5 or not Path(told[2]).exists():
            return ran, named
        Path(told[2]).unlink()
        named.append(told[2])


def _again(scene: Scene, repository: GitRepository, found: Verdict) -> None:
    """The same command once more, unaided; a lock of Git that is named with its removal is removed as told."""
    already = found.stood == "after"
    ran, found.named = unlocked(repository, *(scene.again or scene.arguments))
    found.recovered = "an interrupted" in ran.err + ran.out
    if ran.code not in (0, scene.code) and not (already and ran.code == scene.repeated):
        found.wrong.append(f"the next command does not work: {ran}")
    elif not scene.done(repository):
        found.wrong.append(f"the next command says done and is not: {ran}")
    else:
        _tidy(scene, repository, found, ran)


def _tidy(scene: Scene, repository: GitRepository, found: Verdict, ran: Ran) -> None:
    common = repository.folder / ".git"
    left = [*common.rglob("*.lock"), *common.glob("promptctl/journal.json")]
    left += [path for kind in ("index", "blobs", "tags") for path in common.glob(f"promptctl/{kind}-*")]
    left += repository.folder.parent.rglob(f"{PREFIX}*")
    if not found.died:
        # What a disk did not let Git take away, nobody can: it has to be told.
        told = run(repository, "doctor").out
        found.named += [str(path) for path in left if f"rm {path}" in told]
        left = [path for path in left if str(path) not in found.named]
    if left:
        found.wrong.append(f"left after the next command: {[str(path) for path in left]}")
    if scene.ships and repository.git("status", "--porcelain"):
        found.wrong.append(f"not clean after the next command: {repository.git('status', '--porcelain')} {ran}")
    if found.stood == "between" or found.recovered or found.named:
        _sound(repository, found)
        if scene.ships and run(repository, "drift").code:
            found.wrong.append(f"drift after the next command: {run(repository, 'drift').out}")
