"""The one way of writing: whole or not at all, nothing over a link, unfinished files known by their name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from promptctl.adapters.processes import is_alive
from promptctl.adapters.writing import PREFIX, create_file, leftovers, write_file
from promptctl.errors import OutsideError, UsageError
from tests.shipping import done
from tests.support import STARTER, build_files, new_repository


def dead_process() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_writing_replaces_the_whole_file_and_keeps_its_mode(folder: Path) -> None:
    path = folder / "deep" / "file"
    write_file(path, b"one")
    path.chmod(0o600)
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(path.parent) == ["file"]


def test_a_link_is_replaced_and_not_written_through(folder: Path) -> None:
    (folder / "theirs").write_bytes(b"theirs")
    (folder / "link").symlink_to(folder / "theirs")
    write_file(folder / "link", b"ours")
    assert (folder / "theirs").read_bytes() == b"theirs"
    assert (folder / "link").read_bytes() == b"ours"


def test_a_new_file_never_replaces_one(folder: Path) -> None:
    create_file(folder / "file", b"one")
    with pytest.raises(UsageError) as caught:
        create_file(folder / "file", b"two", "shown")
    assert (caught.value.code, str(caught.value)) == ("PC041", "shown exists already and is never overwritten")
    assert (folder / "file").read_bytes() == b"one"
    assert names(folder) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "open", "replace"])
@pytest.mark.parametrize(("number", "said"), [(28, "make room"), (30, "mount"), (13, "permission"), (5, "disk")])
def test_a_disk_that_refuses_leaves_the_old_file_and_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, said: str
) -> None:
    write_file(folder / "file", b"old")

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        owner: object = Path if step == "replace" else os
        patched.setattr(owner, step, refuse)
        with pytest.raises(OutsideError) as caught:
            write_file(folder / "file", b"new", "prompts.lock")
    assert (caught.value.code, caught.value.exit_code) == ("PC042", 4)
    assert str(caught.value) == f"prompts.lock cannot be written: {os.strerror(number).lower()}"
    assert said in str(caught.value.hint)
    assert (folder / "file").read_bytes() == b"old"
    assert names(folder) == ["file"]


def test_what_a_killed_write_left_is_taken_away_by_the_next_in_that_folder(folder: Path) -> None:
    left, writing = f"{PREFIX}{dead_process()}-0a", f"{PREFIX}{os.getpid()}-0b"
    build_files(folder, {left: "half", writing: "busy", ".prompt.yaml": "mine", f"{PREFIX}mine": "?"})
    assert [path.name for path in leftovers(folder)] == [left]
    write_file(folder / "file", b"x")
    assert names(folder) == sorted([writing, ".prompt.yaml", f"{PREFIX}mine", "file"])


def test_what_a_killed_write_left_is_nothing_to_any_command(folder: Path) -> None:
    repository = new_repository(folder, STARTER)
    for command in (("lock",), ("fmt",)):
        done(repository, *command)
    before = [done(repository, *command).out for command in (("lint",), ("list",), ("lock", "--check"))]
    build_files(folder, {f"prompts/support/triage/{PREFIX}{dead_process()}-0a": "half: [", f"prompts/{PREFIX}1-0": "{"})
    assert [done(repository, *command).out for command in (("lint",), ("list",), ("lock", "--check"))] == before


def test_processes_live_and_die() -> None:
    assert is_alive(os.getpid())
    assert is_alive(1)
    assert not is_alive(dead_process())
