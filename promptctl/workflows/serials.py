"""What the state branch's history knows of pointers: the highest serial each file ever had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from promptctl.adapters.git.refs import is_ancestor
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import CONTRADICTED, State
from promptctl.core.moves.pointer import Pointer, moves_path, pointer_path
from promptctl.errors import StateError

_IN_POINTER = re.compile(rb"^serial: ([0-9]{1,18})\r?$", re.MULTILINE)
_IN_LAST_MOVE = re.compile(rb'\{"serial":([0-9]{1,18}),[^\n]*\n?\Z')


def known_serials(repository: Repository, state: State, *paths: str) -> dict[str, int]:
    """The highest serial that each pointer file below ``paths`` ever had, as far as this clone ever saw the state.

    Where a move removed the file, the serial of that move. Looks at every side of every merge, since a merge can hide
    the side that knew a higher one, and at what the remote's branch was before somebody pushed it back by force.
    """
    if state.commit is None:
        return {}
    arguments = ("log", "--raw", "-m", "--full-history", "--no-abbrev", "--no-renames", "--format=%x00")
    tips = [state.commit, *earlier_tips(repository, state.branch), "--"]
    found: dict[str, int] = {}
    serials: dict[str, int] = {}
    for entry in repository.git.text(*arguments, *tips, *paths).split("\0"):
        blobs = _blobs(entry)
        for path in blobs:
            if not path.endswith(".yaml") or "/_" in path:
                continue
            blob = blobs[path] or blobs.get(path.removesuffix(".yaml") + ".moves.jsonl")
            if blob and blob not in serials:
                serials[blob] = _serial(repository, blob, _IN_POINTER if blobs[path] else _IN_LAST_MOVE)
            found[path] = max(found.get(path, 0), serials[blob] if blob else 0)
    return found


def require_newest(repository: Repository, state: State, places: Iterable[tuple[str, str]]) -> None:
    """Raises StateError where the pointer of an (environment, prompt) cannot be trusted or was turned back."""
    wanted = {pointer_path(*place): place for place in places}
    paths = [path for pair in wanted.items() for path in (pair[0], moves_path(*pair[1]))]
    for path, known in known_serials(repository, state, *paths).items() if paths else ():
        newest(state, *wanted[path], known)


def newest(state: State, environment: str, name: str, known: int) -> Pointer | None:
    """The pointer, None where nothing is served. Raises StateError where it cannot be trusted, or stands below the
    serial that is ``known`` of it."""
    pointer = state.live(environment, name)
    serial = pointer.serial if pointer else state.moves(environment, name).serial
    if serial < known:
        message = f"what {environment} serves for {name} was turned back: its history knows serial {known}"
        raise StateError(CONTRADICTED, f"{message}, and it stands at {serial}", hint="promptctl drift")
    return pointer


def earlier_tips(repository: Repository, branch: str) -> list[str]:
    """What the remote's branch was at each fetch and push that this clone remembers."""
    if repository.remote is None:
        return []
    ref = f"refs/remotes/{repository.remote}/{branch}"
    said = repository.git.run("reflog", "show", "--format=%H", ref, "--", expected=(0, 128)).stdout
    return list(dict.fromkeys(said.decode().split()))


def _blobs(entry: str) -> Mapping[str, str | None]:
    """What one commit made of each path it changed; None where it removed it."""
    found: dict[str, str | None] = {}
    for line in entry.split("\n"):
        facts, tab, path = line.partition("\t")
        if tab:
            _, _, _, new, status = facts.split(" ")
            found[path] = None if status == "D" else new
    return found


def history_is_cut(repository: Repository, commit: str) -> bool:
    """Whether this clone lacks commits before ``commit``; a shallow clone may still have one branch whole."""
    git = repository.git
    if not git.shallow:
        return False
    cuts = (git.common_directory / "shallow").read_text().split()
    return any(is_ancestor(git, cut, commit) for cut in cuts)


def _serial(repository: Repository, blob: str, pattern: re.Pattern[bytes]) -> int:
    known = repository.facts.get("serials", blob)
    if isinstance(known, int):
        return known
    content = repository.objects.read(blob)
    found = pattern.search(content[1]) if content else None
    serial = int(found[1]) if found else 0
    repository.facts.put("serials", blob, serial)
    return serial
