"""Runs the examples of a Markdown page as a reader would; ``python -m tests.console PAGE…`` writes their outputs anew.

In a page, a fenced block ``console`` holds commands after ``$ ``, their next lines after ``> ``, and what they print;
``...`` in an output stands for anything: within a line, or alone for any lines. A block whose info string has a path
after the language (``yaml prompts/greet/prompt.yaml``) is a file that is written at that point. A comment
``<!-- start: NAME -->`` names the folder that the page starts in, one of ``starts.STARTS``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.forking import program
from tests.starts import start_folder

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_START = re.compile(r"<!-- start: ([a-z-]+) -->")
_END = "@@ended@@"
_VOLATILE = (
    (re.compile(r"\b[0-9a-f]{40}\b"), "..."),
    (re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7}\b"), "..."),
    (re.compile(r"\b(at|of \w+|main) [0-9]{7}\b"), r"\1 ..."),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "..."),
    (re.compile(r"\d{4}-\d\d-\d\d"), "..."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command with the output that the page shows for it; ``at`` is where that output stands in the page."""

    command: str
    shown: str
    at: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that the page tells its reader to write."""

    path: str
    text: str


def steps(page: str) -> Iterator[Typed | Written]:
    """What a reader does, in order."""
    for fence in _FENCE.finditer(page):
        language, _, path = fence[1].partition(" ")
        if language == "console":
            yield from _typed(fence[2], fence.start(2))
        elif path:
            yield Written(path=path, text=fence[2])


def _typed(block: str, offset: int) -> Iterator[Typed]:
    lines = block.splitlines(keepends=True)
    index = 0
    while index < len(lines):
        assert lines[index].startswith("$ "), f"no command before: {lines[index]}"
        command, offset, index = lines[index][2:], offset + len(lines[index]), index + 1
        while index < len(lines) and (lines[index].startswith("> ") or lines[index] == ">\n"):
            command, offset, index = command + (lines[index][2:] or "\n"), offset + len(lines[index]), index + 1
        begin, shown = offset, ""
        while index < len(lines) and not lines[index].startswith("$ "):
            shown, offset, index = shown + lines[index], offset + len(lines[index]), index + 1
        yield Typed(command=command, shown=shown, at=(begin, offset))


def run_page(page: str, folder: Path) -> list[tuple[Typed, str]]:
    """Each command with what it really printed, in the folder that the page starts in."""
    found = _START.search(page)
    work = start_folder(found[1] if found else "empty", folder)
    script, commands = [], []
    for step in steps(page):
        if isinstance(step, Written):
            target = work / step.path
            script.append(f"mkdir -p '{target.parent}'; cat > '{target}' <<'{_END}'\n{step.text}{_END}\n")
        else:
            commands.append(step)
            script.append(f"{step.command}__code=$?; printf '%s\\n' '{_END}'; (exit $__code)\n")
    path = f"{program(folder / 'program')}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "exec 2>&1\n" + "".join(script)],
        cwd=work,
        env=os.environ | {"PATH": path, "PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    printed = done.stdout.decode().replace(str(work), "FOLDER").replace(str(folder), "ABOVE").split(f"{_END}\n")
    assert len(printed) == len(commands) + 1, done.stdout.decode()
    return list(zip(commands, printed, strict=False))


def fits(shown: str, printed: str) -> bool:
    """Whether a page may show ``shown`` for ``printed``."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r"[ ]*\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, printed if not printed or printed.endswith("\n") else printed + "\n") is not None


def rewritten(page: str, folder: Path) -> str:
    """The page with what its commands print now; outputs that fit stay as they are."""
    result = page
    for typed, printed in reversed(run_page(page, folder)):
        if not fits(typed.shown, printed):
            for pattern, stand_in in _VOLATILE:
                printed = pattern.sub(stand_in, printed)
            lines = "".join(line.rstrip() + "\n" for line in printed.splitlines())
            result = (
                result[: typed.at[0]] + lines.replace("FOLDER", "...").replace("ABOVE", "...") + result[typed.at[1] :]
            )
    return result


def main(pages: list[str]) -> None:
    """Rewrites pages in place, each in an environment like that of the tests."""
    for name in pages:
        with tempfile.TemporaryDirectory() as above:
            _isolate(Path(above) / "home")
            page = Path(name)
            page.write_text(rewritten(page.read_text(encoding="utf-8"), Path(above)), encoding="utf-8")


def _isolate(home: Path) -> None:
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Tester\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    for key in [key for key in os.environ if key.startswith(("GIT_", "PROMPTCTL_", "XDG_")) or key.endswith("_KEY")]:
        del os.environ[key]
    data = {"PROMPTCTL_CACHE_DIR": str(home / "cache"), "PROMPTCTL_DATA_DIR": str(home / "data")}
    os.environ.update({"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "TZ": "UTC", **data})


if __name__ == "__main__":
    main(sys.argv[1:])
