"""Writes whole histories through one ``git fast-import``, then packs refs and checks the last commit out."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

GIT = shutil.which("git") or "git"
FIRST_SECOND = 1_700_000_000
_YOUNG = 3.0
"""Seconds for which files count as changed beneath Git, whose index compares whole seconds."""

WHO = "Bench Mark <bench@example.org>"
HOME = Path(tempfile.gettempdir()) / f"promptctl-benchmarks-{getpass.getuser()}"
"""Where everything generated lies; also the home folder of measured processes, so that none touches the real one."""
ENVIRONMENT = {
    key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON")) or key == "PYTHONPATH"
} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Bench Mark",
    "GIT_AUTHOR_EMAIL": "bench@example.org",
    "GIT_COMMITTER_NAME": "Bench Mark",
    "GIT_COMMITTER_EMAIL": "bench@example.org",
    "HOME": str(HOME),
    "XDG_CACHE_HOME": str(HOME / "cache"),
    "LC_ALL": "C",
}
"""What every measured process gets: no configuration of this machine, a committer, and byte code kept as installed."""


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder and insists that it succeeds."""
    done = subprocess.run([GIT, "-C", str(folder), *arguments], env=ENVIRONMENT, capture_output=True, check=True)
    return done.stdout.decode().strip()


class History:
    """A new repository that gets commits and tags on ``main``, oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._commits = folder, 0
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "-b", "main")
        line = [GIT, "-C", str(folder), "fast-import", "--quiet", "--depth=10"]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, env=ENVIRONMENT)
        assert self._process.stdin
        self._stream = self._process.stdin

    @property
    def _seconds(self) -> int:
        return FIRST_SECOND + 60 * self._commits

    def commit(self, message: str, files: Mapping[str, str | bytes]) -> None:
        """Adds a commit that sets these files."""
        self._commits += 1
        head = f"commit refs/heads/main\nmark :{self._commits}\ncommitter {WHO} {self._seconds} +0000\n"
        self._stream.write(head.encode() + _data(message))
        for path, content in files.items():
            data = _data(content)
            self._stream.write(f"M 100644 inline {path}\n".encode() + data)

    def tag(self, name: str, message: str) -> None:
        """Adds an annotated tag of the last commit."""
        head = f"tag {name}\nfrom :{self._commits}\ntagger {WHO} {self._seconds} +0000\n"
        self._stream.write(head.encode() + _data(message))

    def close(self) -> None:
        """Ends the import, packs every ref, and checks ``main`` out with a stat cache that Git can trust."""
        self._stream.close()
        if self._process.wait():
            raise RuntimeError(f"git fast-import failed in {self.folder}")
        git(self.folder, "pack-refs", "--all", "--prune")
        git(self.folder, "reset", "-q", "--hard")
        settle(self.folder)


def settle(folder: Path) -> None:
    """Dates every checked-out file back, so that none is as young as the index and has to be read again; and lets the
    seconds pass in which what Git noted is not believed."""
    for place, folders, files in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        for file in files:
            os.utime(Path(place) / file, (FIRST_SECOND, FIRST_SECOND))
    git(folder, "update-index", "-q", "--refresh")
    time.sleep(_YOUNG)


def with_remote(folder: Path) -> None:
    """Makes the repository look like a clone whose ``origin`` was fetched; nothing that reads needs the remote."""
    git(folder, "remote", "add", "origin", str(folder.parent / "origin.git"))
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git(folder, "pack-refs", "--all", "--prune")


def _data(content: str | bytes) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return b"data %d\n%s\n" % (len(data), data)
