"""A repository as the source of a bundle, made in a child process: reading Git costs the application nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from promptctl.adapters.bundle_files import STORAGE
from promptctl.adapters.bundle_source import Fetched
from promptctl.adapters.git.program import Git
from promptctl.adapters.work_tree import find_root
from promptctl.errors import OutsideError, UsageError

SECONDS = 120.0


class RepositorySource:
    """A clone, as last fetched: somebody else fetches. Its tag are the commits of all branches, here and remote."""

    def __init__(self, folder: Path, environment: str) -> None:
        self._folder, self._environment = folder, environment

    @property
    def name(self) -> str:
        return str(self._folder)

    @property
    def work_tree(self) -> Path | None:
        try:
            return find_root(self._folder)
        except UsageError:
            return None

    def fetch(self, tag: str | None) -> Fetched | None:
        """As ``Source`` says. Raises OutsideError where the child does not answer with a bundle."""
        refs = Git(self._folder).run("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes")
        now = hashlib.sha256(refs.stdout).hexdigest()
        return None if now == tag else Fetched(self._bundle(), now)

    def _bundle(self) -> bytes:
        # Without -P the modules of the folder that the application runs in would come first.
        line = [sys.executable, "-P", "-m", "promptctl", "bundle", self._environment, "-q", "-C", str(self._folder)]
        try:
            done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise OutsideError(STORAGE, f"{self.name}: no bundle within {SECONDS:g} s") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n", 1)[0]
            raise OutsideError(STORAGE, f"{self.name}: {said}", hint=f"promptctl bundle {self._environment}")
        return done.stdout
