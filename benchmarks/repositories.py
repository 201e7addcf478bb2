"""Generated repositories, each made once in seconds and kept in a folder of the system's temporary directory."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from benchmarks.content import ENVIRONMENTS, SETTINGS, SUBJECT, Content, Locks
from benchmarks.fast_import import FIRST_SECOND, HOME, WHO, History, settle, with_remote
from promptctl.adapters.files import parse_yaml
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.moves.lineage import new_lineage
from promptctl.core.moves.moves import Move, Moves
from promptctl.core.moves.pointer import Pointer, Served, moves_path, pointer_path
from promptctl.core.releases import lockfile
from promptctl.core.releases.tag import message_text, tag_name
from promptctl.core.releases.version import Version

_SOURCES = ("content.py", "fast_import.py", "repositories.py")


@dataclass(frozen=True, kw_only=True)
class Generated(Content):
    """One kind of repository: ``served`` is how many prompts all three environments serve."""

    key: str
    served: int = 0
    tagged: bool = True
    remote: bool = True

    @cached_property
    def folder(self) -> Path:
        """The work tree, generated now unless it is there already."""
        folder = kept_in() / self.key
        if not (folder.parent / f"{self.key}.made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _generate(self, folder)
            (folder.parent / f"{self.key}.made").touch()
        return folder


TEN = Generated(key="ten", prompts=10, versions=3, subject_versions=3, served=10)
"""A small registry, everything served everywhere."""
FIFTY = Generated(key="fifty", prompts=50, served=50)
THREE_HUNDRED = Generated(key="three-hundred", prompts=300, served=300)
"""What a page of the dashboard shows."""
THOUSAND = Generated(key="thousand", prompts=1_000, served=100)
SERVED = Generated(key="served", prompts=1_000, served=1_000)
"""Everything served everywhere: what bundles are measured on."""
TEN_THOUSAND = Generated(key="ten-thousand", prompts=10_000, served=100)
"""What status, drift and the lock are measured on: one release a prompt."""
MANY_TAGS = Generated(key="many-tags", prompts=1_000, versions=50, subject_versions=5, served=10)
"""50,000 release tags."""
FEW_TAGS = Generated(key="few-tags", prompts=1_000, versions=1, subject_versions=5, served=10)
"""The same with 1,000."""
LISTED = Generated(key="listed", prompts=100, versions=100, subject_versions=100, served=10, remote=False)
"""10,000 release tags of few prompts: what listing versions is measured on."""
BOTH = Generated(key="both", prompts=10_000, versions=5, subject_versions=5, served=100)
"""10,000 prompts with 50,000 release tags: what processes are counted on."""
NOTHING = Generated(key="nothing", prompts=0, tagged=False)
"""Settings only: what a command costs when there is nothing to do."""
NOTHING_LOCAL = Generated(key="nothing-local", prompts=0, tagged=False, remote=False)


def kept_in() -> Path:
    """Where the repositories lie; another folder for each version of what makes them."""
    sources = b"".join((Path(__file__).parent / name).read_bytes() for name in _SOURCES)
    stamp = hashlib.sha256(sources).hexdigest()[:12]
    folder = HOME / stamp
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def edited(kind: Generated) -> Iterator[Path]:
    """The work tree with one prompt's text changed and not committed."""
    file = kind.folder / "prompts" / kind.names[-2] / "prompt.yaml"
    before = file.read_text()
    file.write_text(before.replace("Answer questions", "Answer all questions"))
    try:
        yield kind.folder
    finally:
        file.write_text(before)
        settle(kind.folder)


def forget(folder: Path) -> None:
    """Removes what earlier commands kept to be faster."""
    for kept in (folder / ".git" / "promptctl", HOME / "cache"):
        shutil.rmtree(kept, ignore_errors=True)


def _generate(kind: Generated, folder: Path) -> None:
    _check_content(kind)
    history, locks = History(folder), Locks(kind)
    files: dict[str, str | bytes] = {"promptctl.toml": SETTINGS}
    files |= {f"prompts/{path}": text for path, text in kind.partials()} if kind.prompts else {}
    for revision in range(kind.rounds if kind.prompts else 0):
        made = locks.advance(revision)
        files |= {
            f"prompts/{name}/prompt.yaml": kind.text(index, revision)
            for index, name in enumerate(kind.names)
            if name in made
        }
        history.commit(f"Revision {revision}", files | {lockfile.PATH: locks.lock.to_text()})
        for name, (version, digest) in made.items() if kind.tagged else ():
            history.tag(tag_name(name, version), message_text(name, version, digest))
        files = {}
    if files:
        history.commit("Start", files)
    _serve(kind, locks, history)
    history.close()
    if kind.remote:
        with_remote(folder)


def _check_content(kind: Generated) -> None:
    """The text and the value of a prompt are written apart; they must say the same."""
    for index in range(min(kind.prompts, 50)):
        value = parse_yaml(kind.text(index, 0).encode(), "prompt.yaml").value
        if value != kind.closure(index, 0).prompt.document.value:
            raise RuntimeError(f"the text of prompt {index} does not say what its value says")


def _serve(kind: Generated, locks: Locks, history: History) -> None:
    """Two rounds of moves: the first release, then the current one; prompts with one release get one."""
    moves: dict[tuple[str, str], Moves] = {}
    pointers: dict[tuple[str, str], Pointer] = {}
    chosen = kind.names[SUBJECT : SUBJECT + kind.served]
    for round_number in range(2):
        files: dict[str, str | bytes] = {}
        for environment in ENVIRONMENTS:
            for name in chosen:
                entry = locks.lock.prompts[name]
                if round_number and len(entry.releases) == 1:
                    continue
                version = entry.version if round_number else Version(1, 0, 0)
                place = (environment, name)
                move, pointer = _moved(place, Served(version, entry.releases[version]), pointers.get(place))
                moves[place], pointers[place] = moves.get(place, Moves()).append(move), pointer
                files[pointer_path(*place)] = yaml_bytes(pointer.to_dict())
                files[moves_path(*place)] = moves[place].text
        if files:
            history.commit(f"Serve, round {round_number}", files)


def _moved(place: tuple[str, str], served: Served, before: Pointer | None) -> tuple[Move, Pointer]:
    environment, name = place
    serial = before.serial + 1 if before else 1
    at = datetime.fromtimestamp(FIRST_SECOND, UTC) + timedelta(hours=serial)
    source = str(before.served.version) if before else None
    spelled = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    move = Move(serial=serial, at=spelled, kind="promote", served=served, by=WHO, source=source)
    pointer = Pointer(
        prompt=name,
        lineage=before.lineage if before else new_lineage(environment, name, None, at),
        serial=serial,
        served=served,
        previous=before.served if before else None,
    )
    return move, pointer
