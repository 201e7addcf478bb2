"""``demo``: a scratch repository taken through the whole line with real files, real Git and recorded replies."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.program import environment as git_environment
from promptctl.adapters.scratch import copy_over, demo_files, make_scratch, remove_scratch, run_promptctl
from promptctl.core.demo_script import CHAPTERS, Chapter, Step
from promptctl.errors import OutsideError, PromptctlError

BROKEN, STOPPED = "PC035", "PC036"


@dataclass(frozen=True, slots=True, kw_only=True)
class RanStep:
    """One line, how it ended, what it printed, and how long it took in seconds."""

    line: str
    exit_code: int
    output: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """``folder`` held the repository; ``kept`` is whether it is still there. ``files`` are the demo's own."""

    folder: Path
    kept: bool
    files: Path
    steps: tuple[RanStep, ...]

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Is told where it happens, what comes next, each line before it runs, and what the line printed."""

    start: Callable[[Path, Path], None]
    chapter: Callable[[str], None]
    line: Callable[[str], None]
    output: Callable[[RanStep], None]


def demo(keep: Path | None, watcher: Watcher) -> DemoResult:
    """Runs every step. A folder given is kept, a temporary one only when a step fails.

    Raises UsageError for a folder that is not empty, PromptctlError for a step that does not end as it must:
    OutsideError where that is not promptctl's own fault.
    """
    folder = make_scratch(keep)
    files = demo_files()
    watcher.start(folder, files)
    surroundings = _environment(folder)
    steps: list[RanStep] = []
    try:
        for chapter in CHAPTERS:
            watcher.chapter(chapter.title)
            steps += _chapter(chapter, folder, files, surroundings, watcher)
    except BaseException as stopped:
        # A step that failed is left to be looked at; who interrupts, or stops reading, wants nothing left.
        if keep is None and not isinstance(stopped, PromptctlError):
            remove_scratch(folder)
        raise
    if keep is None:
        remove_scratch(folder)
    return DemoResult(folder=folder, kept=keep is not None, files=files, steps=tuple(steps))


def _chapter(
    chapter: Chapter, folder: Path, files: Path, surroundings: Mapping[str, str], watcher: Watcher
) -> Iterator[RanStep]:
    for step in chapter.steps:
        watcher.line(step.line)
        begun = time.perf_counter()
        code, output = _run(step, folder / chapter.folder, files, surroundings)
        ran = RanStep(line=step.line, exit_code=code, output=output, seconds=time.perf_counter() - begun)
        watcher.output(ran)
        if code != step.exit_code:
            message = f"`{step.line}` ended with exit {code}, not {step.exit_code}"
            if code < 0 or code == OutsideError.exit_code or not step.line.startswith("promptctl "):
                raise OutsideError(STOPPED, message, hint=f"what is printed above says why; look into {folder}")
            raise PromptctlError(BROKEN, message, hint=f"look into {folder}, and report what is printed above")
        yield ran


def _run(step: Step, folder: Path, files: Path, surroundings: Mapping[str, str]) -> tuple[int, str]:
    if step.copied:
        copy_over(files / step.copied, folder)
        return 0, ""
    program, *arguments = shlex.split(step.line)
    if program == "cd":
        return 0, ""
    if program == "promptctl":
        return run_promptctl(arguments, folder, surroundings)
    done = Git(folder).run(*arguments, expected=tuple(range(256)), extra=_git_settings())
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _git_settings() -> dict[str, str]:
    """The user's own settings stay out: a required signature or hook would change what the demo shows."""
    return {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def _environment(folder: Path) -> dict[str, str]:
    """The caller's environment without settings and keys of ours, and with a cache that goes with the folder."""
    kept = {
        name: value
        for name, value in git_environment().items()
        if not name.startswith("PROMPTCTL_") and not name.endswith("_API_KEY")
    }
    return kept | _git_settings() | {"PROMPTCTL_CACHE_DIR": str(folder / "cache"), "NO_COLOR": "1"}
