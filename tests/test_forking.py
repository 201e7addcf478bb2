"""What is forked for a test ends with whoever asked for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.forking import started
from tests.support import STARTER, build_files, new_repository


def test_a_server_ends_with_the_process_that_stands_for_it(folder: Path) -> None:
    repository = new_repository(build_files(folder, STARTER))
    line = [*started(), "serve", "--port", "0"]
    with subprocess.Popen(line, cwd=repository.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asker:
        assert asker.stdout
        assert b"http://" in asker.stdout.readline()
        asker.kill()
        # The pipe ends once nobody holds it any more.
        asker.stdout.read()
