"""One writer at a time, and a note of what it is about to do: what a killed command leaves is found by the next.

The lock is the kernel's (``flock``), so it ends with its holder whatever kills it. The journal names the refs that are
about to move; a lock file of Git's own is taken away only where the journal proves that our dead process left it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from promptctl.adapters.git.checkout import Unfinished
from promptctl.adapters.git.failure import GitKilled
from promptctl.adapters.git.program import Git
from promptctl.adapters.processes import boot, host, is_alive
from promptctl.adapters.writing import write_file
from promptctl.errors import StateError

BUSY = "PC119"
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a command set out to do: move ``refs``, the first from ``base`` to ``new``, on ``remote`` if there is one.

    ``checkout`` is the work tree that follows the branch; ``process``, ``host`` and ``boot`` say who wrote it.
    """

    operation: str
    refs: tuple[str, ...]
    base: str | None = None
    new: str | None = None
    remote: str | None = None
    checkout: str | None = None
    process: int = 0
    host: str = ""
    boot: str = ""


class Journal:
    """The lock and the journal of one repository, shared by its linked work trees."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self.folder = git.common_directory / "promptctl"
        self.path = self.folder / "journal.json"

    @contextmanager
    def writing(self, operation: str) -> Iterator[None]:
        """Holds the lock. Raises StateError naming the holder when it does not become free in half a minute."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            _wait_for(handle, self.folder / "lock")
            self._clear_scratch()
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps({"process": os.getpid(), "host": host(), "operation": operation}).encode(), 0)
            yield
            # What the lock's file says counts only while somebody holds it, so a full disk may keep it.
            with suppress(OSError):
                os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def holder(self) -> str | None:
        """Who holds the lock at this moment, None when nobody does. Takes it for no longer than that takes to see."""
        path = self.folder / "lock"
        try:
            import fcntl

            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(path)
        except (ImportError, OSError):
            return None
        return None

    def read(self) -> Entry | None:
        """What an earlier command left unfinished; None when nothing is, or when the note was not written whole."""
        try:
            value: dict[str, Any] = json.loads(self.path.read_bytes())
            return Entry(**{**value, "refs": tuple(value["refs"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def note(self, entry: Entry) -> None:
        """Writes what is about to be done, on disk before anything moves."""
        value = asdict(entry) | {"process": os.getpid(), "host": host(), "boot": boot()}
        write_file(self.path, json.dumps(value).encode())

    @contextmanager
    def noted(self, entry: Entry) -> Iterator[None]:
        """Keeps a note while refs move. An error that is told needs none afterwards; a kill leaves it.

        Unfinished work leaves it too, and so does a git that was killed: its locks are to be found.
        """
        self.note(entry)
        try:
            yield
        except (Unfinished, GitKilled):
            raise
        except Exception:
            self.clear()
            raise
        self.clear()

    def clear(self) -> None:
        """Forgets the note: what it announced is done, or known not to be."""
        # One that cannot be removed is settled once more by the next command.
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def free_refs(self, entry: Entry) -> tuple[str, ...]:
        """Takes away Git's lock files that the dead writer of ``entry`` left; the paths of those it took."""
        if not self._is_ours_and_dead(entry):
            return ()
        taken = self.locks_left(entry)
        for path in taken:
            path.unlink(missing_ok=True)
        return tuple(str(path) for path in taken)

    def _clear_scratch(self) -> None:
        """Takes away what dead writes worked with; called with the lock held, so that nobody needs it."""
        if os.name == "nt":
            # The lock is no lock there: somebody may be at work.
            return
        for folder in self.folder.glob("tags-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def locks_left(self, entry: Entry) -> Sequence[Path]:
        """Git's lock files that the dead writer of ``entry`` left; none while it may be alive."""
        if not self._is_ours_and_dead(entry):
            return ()
        written = self.path.stat().st_mtime
        found = [path for path in self._lock_files(entry) if path.exists() and path.stat().st_mtime >= written - 1]
        return (*found, *(self._git.common_directory / "refs" / "promptctl").rglob("*.lock"))

    def _lock_files(self, entry: Entry) -> Sequence[Path]:
        common = self._git.common_directory
        found = [common / f"{ref}.lock" for ref in entry.refs] + [common / "packed-refs.lock"]
        if entry.checkout:
            directory = Git(Path(entry.checkout)).directory
            found += [directory / "index.lock", directory / "HEAD.lock"]
        return found

    def _is_ours_and_dead(self, entry: Entry) -> bool:
        if (entry.host, entry.boot) != (host(), boot()):
            return False
        return entry.process == os.getpid() or not is_alive(entry.process)


def _wait_for(handle: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StateError(
                    BUSY, f"another promptctl is writing here: {_holder(path)}", hint="wait for it"
                ) from None
            time.sleep(0.02)


def _holder(path: Path) -> str:
    try:
        value = json.loads(path.read_bytes())
        return f"{value['operation']} (process {value['process']} on {value['host']})"
    except (OSError, ValueError, KeyError, TypeError):
        return str(path)
