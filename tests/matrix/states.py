"""States a repository can be in, each made from a copy of one line: the folder that commands are run in."""

from __future__ import annotations

import importlib
import os
import pkgutil
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import promptctl
from tests.matrix.checkouts import CHECKOUTS, NOBODY, SUITE, ready
from tests.shipping import NAME, copied
from tests.support import STARTER, GitRepository, build_files, new_repository
from tests.versioning import LOCK, PROMPT, TONE, locked, text


def clean(folder: Path) -> Path:
    """Released, promoted, evaluated and pushed, so that every command has something to do."""
    return copied(ready(), folder).folder


def dirty(folder: Path) -> Path:
    return build_files(clean(folder), {PROMPT: text("a dirty queue"), "notes.txt": "untracked"})


def staged(folder: Path) -> Path:
    made = GitRepository(build_files(clean(folder), {PROMPT: text("a staged queue")}))
    made.git("add", PROMPT)
    return made.folder


def intent_to_add(folder: Path) -> Path:
    made = GitRepository(build_files(clean(folder), {"prompts/meant/prompt.yaml": "model: echo:echo\ntemplate: Hi\n"}))
    made.git("add", "-N", "prompts/meant/prompt.yaml")
    return made.folder


def detached(folder: Path) -> Path:
    made = GitRepository(clean(folder))
    made.git("switch", "-q", "--detach")
    return made.folder


def other_branch(folder: Path) -> Path:
    made = GitRepository(clean(folder))
    made.git("switch", "-qc", "topic")
    return made.folder


def unborn(folder: Path) -> Path:
    """On a branch without a commit, with all files staged for it."""
    made = GitRepository(clean(folder))
    made.git("symbolic-ref", "HEAD", "refs/heads/fresh")
    return made.folder


def no_commits(folder: Path) -> Path:
    made = GitRepository(build_files(folder / "work", STARTER))
    made.git("init", "-q", "-b", "main")
    locked(made)
    return made.folder


def no_repository(folder: Path) -> Path:
    return build_files(folder / "work", STARTER)


def nothing_here(folder: Path) -> Path:
    (folder / "work").mkdir()
    return folder / "work"


def bare(folder: Path) -> Path:
    clean(folder)
    return folder / "origin.git"


def linked(folder: Path) -> Path:
    made = GitRepository(clean(folder))
    made.git("switch", "-qc", "topic")
    made.git("worktree", "add", "-q", str(folder / "linked"), "main")
    return folder / "linked"


def submodule(folder: Path) -> Path:
    clean(folder)
    above = new_repository(folder / "above", {"README.md": "x\n"})
    above.git("submodule", "--quiet", "add", str(folder / "origin.git"), "inner")
    return above.folder / "inner"


def sparse(folder: Path) -> Path:
    """The prompts are checked out, other folders are not."""
    made = GitRepository(clean(folder))
    made.commit({"app/main.py": "1\n"}, "app")
    made.git("push", "-q", "origin", "main")
    made.git("sparse-checkout", "set", "prompts")
    return made.folder


def sparse_without_prompts(folder: Path) -> Path:
    made = GitRepository(clean(folder))
    made.commit({"app/main.py": "1\n"}, "app")
    made.git("push", "-q", "origin", "main")
    made.git("sparse-checkout", "set", "app")
    return made.folder


def without_prompts(folder: Path) -> Path:
    made = clean(folder)
    shutil.rmtree(made / "prompts")
    return made


def shallow(folder: Path) -> Path:
    clean(folder)
    return _cloned(folder, "--depth=1")


def partial(folder: Path) -> Path:
    clean(folder)
    GitRepository(folder / "origin.git").git("config", "uploadpack.allowFilter", "true")
    return _cloned(folder, "--filter=blob:none")


def _cloned(folder: Path, *options: str) -> Path:
    command = ["git", "clone", "-q", *options, f"file://{folder}/origin.git", str(folder / "clone")]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "clone"


def _line_ends(setting: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        """Every file has the line ends of Windows, whatever Git makes of them."""
        made = GitRepository(clean(folder))
        made.git("config", "core.autocrlf", setting)
        for path in (PROMPT, TONE, LOCK, "promptctl.toml", f"prompts/{NAME}/eval.yaml"):
            file = made.folder / path
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        return made.folder

    return build


def ignore_case(folder: Path) -> Path:
    made = GitRepository(clean(folder))
    made.git("config", "core.ignorecase", "true")
    return made.folder


def _forked(folder: Path) -> GitRepository:
    """main and a branch ``side`` that changed the same line."""
    made = GitRepository(clean(folder))
    made.git("switch", "-qc", "side")
    made.commit({PROMPT: text("their queue")}, "theirs")
    made.git("switch", "-q", "main")
    made.commit({PROMPT: text("our queue")}, "ours")
    made.git("push", "-q", "origin", "main")
    return made


def merging(folder: Path) -> Path:
    made = _forked(folder)
    made.git("merge", "-q", "side", check=False)
    return made.folder


def rebasing(folder: Path) -> Path:
    made = _forked(folder)
    made.git("rebase", "-q", "side", check=False)
    return made.folder


def cherry_picking(folder: Path) -> Path:
    made = _forked(folder)
    made.git("cherry-pick", "side", check=False)
    return made.folder


def bisecting(folder: Path) -> Path:
    made = GitRepository(clean(folder))
    made.git("bisect", "start", "HEAD", "HEAD~4")
    return made.folder


def index_lock(folder: Path) -> Path:
    made = clean(folder)
    (made / ".git/index.lock").write_text("")
    return made


def longer_ids(folder: Path) -> Path:
    """A repository whose object ids are SHA-256; without a remote, to which the others have one."""
    made = GitRepository(folder / "work")
    made.folder.mkdir()
    made.git("init", "-q", "-b", "main", "--object-format=sha256")
    made.commit(STARTER | {f"prompts/{NAME}/eval.yaml": SUITE})
    return made.folder


def foreign_owner(folder: Path) -> Path:
    """Git refuses a repository of another user, until safe.directory names it."""
    made = clean(folder)
    for path in (made, *made.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return made


def read_only(folder: Path) -> Path:
    """Nothing in the clone may be written. Root may always: see ``as_somebody``."""
    made = clean(folder)
    for path in sorted((folder, *folder.rglob("*")), reverse=True):
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        if path.is_relative_to(made):
            path.chmod(0o555 if path.is_dir() else 0o444)
    return made


@contextmanager
def as_somebody(home: Path) -> Iterator[None]:
    """Runs as a user who is not root, whom permissions bind; ``home`` has what that user may read."""
    if os.geteuid() != 0:
        yield
        return
    for module in pkgutil.walk_packages(promptctl.__path__, "promptctl."):  # that user may not read this Python
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    with pytest.MonkeyPatch.context() as patch:
        shutil.copy(Path.home() / ".gitconfig", home)
        for name in ("HOME", "PROMPTCTL_CACHE_DIR", "PROMPTCTL_DATA_DIR"):
            patch.setenv(name, str(home))
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)


STATES: dict[str, Callable[[Path], Path]] = {
    build.__name__.replace("_", " "): build
    for build in (
        clean, dirty, staged, intent_to_add, detached, other_branch, unborn, no_commits, no_repository, nothing_here,
        bare, linked, submodule, sparse, sparse_without_prompts, without_prompts, shallow, partial, ignore_case,
        merging, rebasing, cherry_picking, bisecting, index_lock, longer_ids, foreign_owner, read_only,
    )
}  # fmt: skip
STATES |= {f"crlf, autocrlf {setting}": _line_ends(setting) for setting in ("true", "input", "false")} | CHECKOUTS
