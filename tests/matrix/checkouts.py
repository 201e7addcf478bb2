"""States of checkouts that Git makes otherwise than they are stored, and of repositories of other kinds."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.copying import kept_folder, packed
from tests.shipping import NAME, copied, done, line
from tests.support import SETTINGS, GitRepository, build_files
from tests.versioning import PROMPT, text

SUITE = "cases: [{name: a, inputs: {ticket: hello}, expect: [{contains: hello}]}]\n"
NOBODY = 65534
LAST = text("exactly one queue")
"""The prompt as its last release has it."""
_DECOMPOSED = unicodedata.normalize("NFD", "prompts/support/triage/café.j2")


@cache
def ready(object_format: str = "sha1") -> Path:
    """A line that was released, promoted, evaluated and pushed, so that every command has something to do."""
    folder = kept_folder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_DEFAULT_HASH", object_format)
        # Other settings, so that what was built with other ids is not taken.
        settings = SETTINGS if object_format == "sha1" else f"# {object_format}\n{SETTINGS}"
        repository = line(folder, settings, staged=("1.0.0", "1.1.0"))
    build_files(repository.folder, {f"prompts/{NAME}/eval.yaml": SUITE})
    done(repository, "eval")
    repository.commit(message="suite and evidence")
    repository.git("push", "-q", "origin", "main")
    return packed(folder)


def _made(folder: Path, object_format: str = "sha1") -> GitRepository:
    return copied(ready(object_format), folder)


def sha256(folder: Path) -> Path:
    """Object ids of 64 digits, here and on the remote."""
    made = _made(folder, "sha256")
    assert len(made.git("rev-parse", "HEAD")) == 64
    return made.folder


def reftable(folder: Path) -> Path:
    """Refs in tables, where no file names them."""
    made = _made(folder)
    ended = subprocess.run(
        ["git", "-C", str(made.folder), "refs", "migrate", "--ref-format=reftable"], capture_output=True, check=False
    )
    if ended.returncode:
        pytest.skip("this git keeps no refs in tables")
    return made.folder


def alternates(folder: Path) -> Path:
    """Objects are borrowed from another repository."""
    _made(folder)
    command = ["git", "clone", "-q", "--shared", str(folder / "origin.git"), str(folder / "borrowing")]
    subprocess.run(command, check=True, capture_output=True)
    assert (folder / "borrowing/.git/objects/info/alternates").exists()
    return folder / "borrowing"


def names_that_fold_to_one(folder: Path) -> Path:
    """Two names in a commit that are one file where case does not count."""
    made = _made(folder)
    made.commit(
        {"prompts/shared/Tone.j2": "Be loud.\n", "prompts/support/triage/NOTES.md": "a", "docs/a": "1"}, "upper"
    )
    made.commit({"prompts/support/triage/notes.md": "b"}, "lower")
    made.git("push", "-q", "origin", "main")
    made.git("config", "core.ignorecase", "true")
    return made.folder


def decomposed_names(folder: Path) -> Path:
    """One name in both of Unicode's spellings, where Git is told to compose what it finds."""
    made = _made(folder)
    made.commit({_DECOMPOSED: "a", unicodedata.normalize("NFC", _DECOMPOSED): "b"}, "names")
    made.git("push", "-q", "origin", "main")
    made.git("config", "core.precomposeunicode", "true")
    return made.folder


def _attributed(attributes: str, files: Mapping[str, str | bytes] | None = None) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        """What lies on disk is what Git makes of what it stores."""
        made = _made(folder)
        build_files(made.folder, {".gitattributes": attributes, **(files or {})})
        made.commit(message="attributes")
        made.git("push", "-q", "origin", "main")
        for path in made.git("ls-files", "prompts").split("\n"):
            (made.folder / path).unlink()
        made.git("checkout", "-q", "HEAD", "--", "prompts")
        assert not made.git("status", "--porcelain")
        return made.folder

    return build


def trusted_owner(folder: Path) -> Path:
    """A repository of another user that this user trusts, as the error of Git says."""
    made = _made(folder)
    for path in (made.folder, *made.folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    made.git("config", "--global", "--add", "safe.directory", str(made.folder))
    return made.folder


def case_folding(folder: Path) -> Path:
    """A clone on a file system that takes ``A`` and ``a`` for one name."""
    _made(folder)
    place = folder / "folding"
    place.mkdir()
    if reason := _not_folded(folder / "disk", place):
        pytest.skip(reason)
    command = ["git", "clone", "-q", str(folder / "origin.git"), str(place / "Work")]
    subprocess.run(command, check=True, capture_output=True)
    return place / "wORK"


def _not_folded(image: Path, place: Path) -> str | None:
    """Mounts a folding file system at a folder; why it cannot be, or None."""
    if os.geteuid() or not shutil.which("mkfs.ext4"):
        return "only root makes file systems here"
    image.write_bytes(b"")
    os.truncate(image, 64 << 20)
    for command in (
        ["mkfs.ext4", "-q", "-O", "casefold", str(image)],
        ["mount", "-o", "loop", str(image), str(place)],
        ["chattr", "+F", str(place)],
    ):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            return f"this kernel folds no names: {command[0]}: {(ended.stderr.strip() or '?').splitlines()[-1]}"
    return None


@contextmanager
def reachable() -> Iterator[Path]:
    """A folder that every user can reach, those of pytest are its owner's alone; what is mounted below goes with it."""
    with tempfile.TemporaryDirectory(prefix="promptctl-matrix-") as folder, ExitStack() as ended:
        Path(folder).chmod(0o755)
        ended.callback(_unmount, Path(folder))
        yield Path(folder)


def _unmount(folder: Path) -> None:
    for mounted in folder.rglob("folding"):
        if mounted.is_mount():
            subprocess.run(["umount", str(mounted)], check=True)


CHECKOUTS: dict[str, Callable[[Path], Path]] = {
    build.__name__.replace("_", " "): build
    for build in (
        sha256,
        reftable,
        alternates,
        names_that_fold_to_one,
        decomposed_names,
        trusted_owner,
        case_folding,
    )
} | {
    "eol=crlf": _attributed("prompts/** text eol=crlf\n"),
    "ident": _attributed("*.j2 ident\n*.md ident\n", {f"prompts/{NAME}/notes.md": "$Id$\n"}),
    "working-tree-encoding": _attributed(f"{PROMPT} working-tree-encoding=UTF-16\n", {PROMPT: LAST.encode("utf-16")}),
}
