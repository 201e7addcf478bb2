"""What people, programs and clocks do to a clone between two commands: what caches must not be fooled by."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.shipping import NAME, OTHER
from tests.support import GitRepository, build_files
from tests.versioning import LOCK, PROMPT, TONE, breaking, plain, text

SECOND = f"prompts/{OTHER}/prompt.yaml"
PATHS = (PROMPT, TONE, SECOND, LOCK, "promptctl.toml", "prompts/added/prompt.yaml", f"prompts/{NAME}/shared/tone.j2")
TEXTS: tuple[str, ...] = (
    text("one queue"),
    text("two queue"),
    text("exactly one queue"),
    breaking(),
    plain("Summarise."),
    plain("Summarize."),
    plain('{% include "shared/tone.j2" %}'),
    plain("{{ no"),
    "Be brief and kind.\n",
    "Be short and kind.\n",
    "",
    "<<<<<<< HEAD\n",
)
CONVERSIONS = (
    ("\n", "\r\n"),
    ("\r\n", "\n"),
    ("\n", "\r\r\n"),
    ("\n", "\r"),
)
SETTINGS = (
    *("core.autocrlf=true", "core.autocrlf=input", "core.autocrlf=false", "core.eol=crlf"),
    *("core.trustctime=false", "core.checkStat=minimal", "core.ignoreStat=true", "core.untrackedCache=true"),
    *("core.ignoreCase=true", "core.fileMode=false", "core.symlinks=false", "status.showUntrackedFiles=no"),
    *("core.preloadIndex=false", "core.quotePath=true", "status.relativePaths=true", "diff.ignoreSubmodules=all"),
)
ATTRIBUTES = ("* text=auto\n", "* text eol=crlf\n", "* -text\n", "*.yaml ident\n", "* binary\n", "* filter=none\n")
IGNORED = ("prompts/\n", "*.yaml\n", "added/\n", "")
INDEX = (
    *("--refresh", "--really-refresh", "--index-version=4", "--index-version=2", "--split-index", "--no-split-index"),
    *("--untracked-cache", "--no-untracked-cache", "--force-untracked-cache"),
)
FLAGS = ("assume-unchanged", "no-assume-unchanged", "skip-worktree", "no-skip-worktree", "chmod=+x", "force-remove")
LINES = (
    *("add -A", "add -u", "commit -qam changed", "commit -q --allow-empty -m empty", "stash -q", "stash -q -u"),
    *("stash pop -q", "checkout -q --detach HEAD~1", "checkout -q main", "checkout -q -f main", "reset -q", "status"),
    *("reset -q --hard", "checkout -q HEAD -- prompts", "clean -qfdx", "mv prompts/text prompts/texts", "gc -q"),
    *("mv prompts/texts prompts/text", "rm -rq --cached prompts/text", "add -N .", "commit -q -m staged", "pack-refs"),
    *(f"tag -d prompts/{NAME}@v1.1.0", f"tag -f prompts/{NAME}@v1.0.0 -m moved HEAD", "init -q prompts/text"),
)
TIMES = (0, 10**9, 1_000_000_000 * 10**9, 4_000_000_000 * 10**9)
CLOCKS = (0, 10, -10, 86_400 * 365, -86_400 * 365)
"""Seconds that the clock is off by."""


class Clone:
    """A clone with what commands keep of it. ``clock`` is how many seconds the clock is off; ``many`` is how many
    files are walked before Git's index is asked."""

    def __init__(self, repository: GitRepository, cache: Path) -> None:
        self.repository, self.cache = repository, cache
        self.clock, self.many, self.stamp = 0, 0, b"this"

    @property
    def index(self) -> Path:
        return self.repository.folder / ".git" / "index"

    def file(self, which: int) -> Path:
        """One of the files that matter, whether it is there or not; a folder in its place goes."""
        found = self.repository.folder / PATHS[which % len(PATHS)]
        found.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        return found

    def there(self, which: int) -> Path:
        """The same, made where it is not there, or is no file."""
        found = self.file(which)
        if found.is_symlink() or not found.is_file():
            found.unlink(missing_ok=True)
            found.write_text(TEXTS[which % len(TEXTS)])
        return found

    def kept(self, which: int) -> list[Path]:
        """One of the files that commands keep, if any."""
        found = sorted(path for path in self.cache.rglob("*") if path.is_file())
        return [found[which % len(found)]] if found else []


Hand = Callable[[Clone, int, int], object]


def _write(clone: Clone, which: int, how: int) -> None:
    clone.there(which).write_text(TEXTS[how % len(TEXTS)])


def _as_long(clone: Clone, which: int, how: int) -> None:
    """Other bytes, as many, with the times that were there before."""
    file = clone.there(which)
    before = file.stat()
    data = bytearray(file.read_bytes())
    place = data.rfind(b"e") if how % 2 else data.find(b"i")
    data[place : place + 1] = b"u" if data else b""
    file.write_bytes(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _racily(clone: Clone, which: int, how: int) -> None:
    """Added, and written again within the tick in which the index was written, as far as the times tell."""
    file = clone.there(which)
    _write(clone, which, how)
    clone.repository.git("add", "-f", str(file), check=False)
    _as_long(clone, which, how)
    at = clone.index.stat().st_mtime_ns
    os.utime(file, ns=(at, at))
    os.utime(clone.index, ns=(at, at))


def _times(clone: Clone, which: int, how: int) -> None:
    choices = (*TIMES, clone.index.stat().st_mtime_ns, clone.index.stat().st_mtime_ns + 1)
    at = choices[how % len(choices)]
    os.utime(clone.there(which), ns=(at, at))


def _index_time(clone: Clone, which: int, how: int) -> None:
    at = (*TIMES, clone.there(which).stat().st_mtime_ns)[how % (len(TIMES) + 1)]
    os.utime(clone.index, ns=(at, at))


def _converted(clone: Clone, which: int, how: int) -> None:
    file, (before, after) = clone.there(which), CONVERSIONS[how % len(CONVERSIONS)]
    file.write_bytes(file.read_bytes().replace(before.encode(), after.encode()))


def _linked(clone: Clone, which: int, how: int) -> None:
    """A link to one of the others, or the same file under two names, or one that lies elsewhere."""
    file, other = clone.file(which), clone.there(how)
    if file == other:
        other = clone.cache.parent / "elsewhere"
        other.write_text(TEXTS[how % len(TEXTS)])
    file.unlink(missing_ok=True)
    (os.symlink if how % 3 == 0 else os.link)(other, file)


def _replaced(clone: Clone, which: int, how: int) -> None:
    """Nothing, a folder, a pipe, or another file with the old one's times where the file was.

    A pipe only where Git has a file: of new ones it says nothing.
    """
    file = clone.there(which)
    tracked = clone.repository.git("ls-files", "--", str(file))
    before = file.stat()
    file.unlink()
    if how % 4 == 1:
        build_files(file, {"inside": "x"})
    elif how % 4 == 2 and tracked:
        os.mkfifo(file)
    elif how % 4 > 1:
        file.write_text(TEXTS[how % len(TEXTS)])
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _attributes(clone: Clone, which: int, how: int) -> None:
    folders = (".gitattributes", "prompts/.gitattributes", ".git/info/attributes")
    build_files(clone.repository.folder, {folders[which % 3]: ATTRIBUTES[how % len(ATTRIBUTES)]})


def _spoiled(clone: Clone, which: int, how: int) -> None:
    for file in clone.kept(which):
        data = file.read_bytes()
        changed = (data[: len(data) // 2], data.replace(b"sha256:", b"sha256:0"), b"", data * 2, b"{}\n" + data)
        file.write_bytes(changed[how % len(changed)])


def _kept_copy(clone: Clone, _which: int, how: int) -> None:
    """What was kept is saved elsewhere, or comes back as it was then: all of it, or what is not there now."""
    saved = clone.cache.with_name("saved")
    if how % 3 == 0 or not saved.exists():
        shutil.copytree(clone.cache, saved, dirs_exist_ok=True)
    elif how % 3 == 1:
        shutil.copytree(saved, clone.cache, dirs_exist_ok=True)
    else:
        shutil.rmtree(clone.cache, ignore_errors=True)
        shutil.copytree(saved, clone.cache)


def _cased(clone: Clone, which: int, how: int) -> None:
    """The same name, or that of its folder, in other letters, beside the old one or in its place."""
    file = clone.there(which)
    names = (file.name.upper(), f"../{file.parent.name.title()}/{file.name}")
    build_files(file.parent, {names[how // 2 % 2]: TEXTS[how % len(TEXTS)]})
    if how % 2:
        file.unlink()


def _set(clone: Clone, which: int, how: int) -> None:
    clone.repository.git("config", *SETTINGS[which % len(SETTINGS)].split("=")) if how % 4 else clone.repository.git(
        "config", "--unset", SETTINGS[which % len(SETTINGS)].split("=")[0], check=False
    )


HANDS: dict[str, Hand] = {
    "write": _write,
    "as long": _as_long,
    "racily": _racily,
    "times": _times,
    "time of the index": _index_time,
    "touch": lambda clone, which, _: clone.there(which).touch(),
    "mode": lambda clone, which, how: clone.there(which).chmod((0o644, 0o755, 0o444)[how % 3]),
    "line ends": _converted,
    "link": _linked,
    "replace": _replaced,
    "other letters": _cased,
    "git": lambda clone, which, _: clone.repository.git(*LINES[which % len(LINES)].split(), check=False),
    "index": lambda clone, which, _: clone.repository.git("update-index", INDEX[which % len(INDEX)], check=False),
    "flag": lambda clone, which, how: clone.repository.git(
        "update-index", f"--{FLAGS[how % len(FLAGS)]}", PATHS[which % len(PATHS)], check=False
    ),
    "set": _set,
    "attributes": _attributes,
    "ignore": lambda clone, _, how: build_files(clone.repository.folder, {".gitignore": IGNORED[how % len(IGNORED)]}),
    "clock": lambda clone, which, _: setattr(clone, "clock", CLOCKS[which % len(CLOCKS)]),
    "program": lambda clone, which, _: setattr(clone, "stamp", (b"this", b"another")[which % 2]),
    "spoil": _spoiled,
    "kept": _kept_copy,
}
"""What is done, by name. The numbers choose what it is done to, and how."""
