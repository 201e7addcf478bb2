"""What people write by hand into files that promptctl keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.truth.seen import FOLDER

Edit = Callable[[Path, str, str], None]
"""Takes the work tree, a prompt and an environment."""


def _rewritten(path: Path, change: Callable[[str], str]) -> None:
    if path.exists():
        path.write_text(change(path.read_text()))


def _pointer(folder: Path, name: str, environment: str) -> Path:
    return folder / f"{FOLDER}/{environment}/{name}.yaml"


def _moves(folder: Path, name: str, environment: str) -> Path:
    return folder / f"{FOLDER}/{environment}/{name}.moves.jsonl"


def serial_up(folder: Path, name: str, environment: str) -> None:
    _rewritten(_pointer(folder, name, environment), lambda text: re.sub(r"(?m)^serial: ", "serial: 1", text))


def serial_down(folder: Path, name: str, environment: str) -> None:
    _rewritten(_pointer(folder, name, environment), lambda text: re.sub(r"(?m)^serial: .*$", "serial: 1", text))


def other_version(folder: Path, name: str, environment: str) -> None:
    _rewritten(_pointer(folder, name, environment), lambda text: re.sub(r"(?m)^version: .*$", "version: 1.0.0", text))


def other_digest(folder: Path, name: str, environment: str) -> None:
    _rewritten(_pointer(folder, name, environment), lambda text: re.sub(r"(?m)^(digest: sha256:).", r"\g<1>0", text))


def no_pointer(folder: Path, name: str, environment: str) -> None:
    _pointer(folder, name, environment).unlink(missing_ok=True)


def unreadable_pointer(folder: Path, name: str, environment: str) -> None:
    _rewritten(_pointer(folder, name, environment), lambda text: "not: [a pointer\n")


def last_move_away(folder: Path, name: str, environment: str) -> None:
    _rewritten(_moves(folder, name, environment), lambda text: "".join(text.splitlines(keepends=True)[:-1]))


def first_move_away(folder: Path, name: str, environment: str) -> None:
    _rewritten(_moves(folder, name, environment), lambda text: "".join(text.splitlines(keepends=True)[1:]))


def no_moves(folder: Path, name: str, environment: str) -> None:
    _moves(folder, name, environment).unlink(missing_ok=True)


def lock_of_old_release(folder: Path, name: str, environment: str) -> None:
    """Another digest for the first release of the prompt."""

    def change(text: str) -> str:
        start = max(text.find(f'"{name}"'), 0)
        return text[:start] + re.sub(r'("1\.0\.0": "sha256:)....', r"\g<1>beef", text[start:], count=1)

    _rewritten(folder / "prompts/prompts.lock", change)


def lock_in_conflict(folder: Path, name: str, environment: str) -> None:
    _rewritten(folder / "prompts/prompts.lock", lambda text: f"<<<<<<< ours\n{text}>>>>>>> theirs\n")


def no_lock(folder: Path, name: str, environment: str) -> None:
    (folder / "prompts/prompts.lock").unlink(missing_ok=True)


EDITS: tuple[Edit, ...] = (
    serial_up, serial_down, other_version, other_digest, no_pointer, unreadable_pointer, last_move_away,
    first_move_away, no_moves, lock_of_old_release, lock_in_conflict, no_lock,
)  # fmt: skip
