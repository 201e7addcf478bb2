"""Kills and failures at every step: a ``git`` on the PATH that counts its calls and, at one of them, does harm.

Each step of a write is one call of git, so that failing call 1, then 2, … until a run passes visits them all. What
answers for as long as it is asked (``--batch``) has no end to fail after: it fails at once.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ACTIONS = ("kill-before", "kill-after", "kill-group", "fail-before", "fail-after")

_WRAPPER = """\
#!/bin/sh
count=$(cat "{counter}" 2>/dev/null || echo 0)
count=$((count + 1))
echo $count > "{counter}"
if [ $count -ne {at} ] || [ -n "$PROMPTCTL_TEST_NESTED" ]; then exec env PROMPTCTL_TEST_NESTED=1 {git} "$@"; fi
case {action} in
  kill-before) kill -9 $PPID; exit 137;;
  kill-after) env PROMPTCTL_TEST_NESTED=1 {git} "$@"; kill -9 $PPID; exit 137;;
  kill-group) (sleep 0.0$(($$ % 10)); kill -9 0) & exec env PROMPTCTL_TEST_NESTED=1 {git} "$@";;
  fail-before) echo "fatal: no space left on device" >&2; exit 128;;
  fail-after)
    case "$*" in *--batch*) ;; *) env PROMPTCTL_TEST_NESTED=1 {git} "$@" >/dev/null;; esac
    echo "fatal: no space left on device" >&2; exit 128;;
esac
"""


@dataclass(frozen=True)
class Struck:
    """How a command ended whose n-th call of git was struck; ``reached`` is False when it made fewer calls."""

    code: int
    out: str
    err: str
    reached: bool


def strike(*arguments: str, cwd: Path, folder: Path, at: int, action: str) -> Struck:
    """Runs the program with call number ``at`` of git struck; ``folder`` takes the wrapper."""
    folder.mkdir(parents=True, exist_ok=True)
    counter = folder / "count"
    counter.unlink(missing_ok=True)
    wrapper = folder / "git"
    git = shutil.which("git", path=os.environ["PATH"])
    wrapper.write_text(_WRAPPER.format(counter=counter, at=at, action=action, git=git))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "promptctl", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        start_new_session=True,
    )
    reached = int(counter.read_text()) >= at if counter.exists() else False
    return Struck(done.returncode, done.stdout.decode(), done.stderr.decode(), reached)
