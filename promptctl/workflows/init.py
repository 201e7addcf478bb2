"""``init``: a folder becomes a prompt registry. Writes settings and the prompts' folder, commits nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import current_branch
from promptctl.adapters.new_files import write_new_files
from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import SETTINGS, WorkTree
from promptctl.adapters.writing import EXISTS, clear_leftovers
from promptctl.errors import Place, UsageError

STATE_BRANCH = "promptctl/state"
NOT_POSSIBLE = "PC043"

_TEMPLATE = """\
# Settings of this prompt repository. `promptctl schema settings` lists every key.

[repository]
# The branch whose settings and lock are the team's.
default_branch = {default_branch}
# The branch that records what each environment serves: the default branch, or one of its own where that is protected.
{state}

[defaults]
model = "echo:echo"    # for `promptctl new`; echo repeats the user message, so that everything runs without a key

[environments.staging]
gate = false           # takes every release

[environments.prod]
after = "staging"      # the version was live there first
gate = "recorded"      # and its suite passed, with recorded evidence
approvals = 0          # people, besides who promotes, that must agree
"""
_STATE = f'state = "{STATE_BRANCH}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What ``init`` found and did. ``written`` are paths below ``root``; empty when there was nothing to do."""

    root: Path
    new_repository: bool
    default_branch: str
    state_branch: str
    written: tuple[str, ...]


def init(folder: Path, *, state_branch: bool) -> Initialised:
    """Makes the repository around ``folder``, or a new one in it, a prompt registry.

    Existing files stay as they are. Raises UsageError when HEAD names no branch to take as default, when ``prompts`` is
    no folder, or when settings that are there say something else about the state branch.
    """
    root = _top(folder)
    if (root or folder).joinpath("prompts").is_symlink() or (root or folder).joinpath("prompts").is_file():
        raise UsageError(EXISTS, "prompts exists and is no folder", place=Place("prompts"), hint="move it away")
    git = Git(root or folder)
    if root is None:
        git.run("init", "--quiet")
    written = _settings(git, state_branch) + _prompts(git.root)
    settings = Project(WorkTree(git.root)).settings
    default = settings.default_branch or _default_branch(git)
    return Initialised(
        root=git.root,
        new_repository=root is None,
        default_branch=default,
        state_branch=settings.state or default,
        written=written,
    )


def _top(folder: Path) -> Path | None:
    """The top of the repository around a folder, None where there is none. Raises UsageError inside a Git directory."""
    for place in (folder, *folder.parents):
        if (place / ".git").exists():
            return place
        if all((place / name).exists() for name in ("HEAD", "objects", "refs")):
            raise UsageError(NOT_POSSIBLE, f"{place} is a Git directory without a work tree", hint="use a clone of it")
    return None


def _settings(git: Git, state_branch: bool) -> tuple[str, ...]:
    if (git.root / SETTINGS).exists():
        _check_state(git.root, state_branch)
        clear_leftovers(git.root)
        return ()
    branch = _default_branch(git)
    state = _STATE if state_branch else f"# {_STATE}"
    text = _TEMPLATE.format(default_branch=json.dumps(branch, ensure_ascii=False), state=state)
    return write_new_files(git.root, {SETTINGS: text.encode()})


def _check_state(root: Path, state_branch: bool) -> None:
    settings = Project(WorkTree(root)).settings
    if state_branch and settings.state != STATE_BRANCH:
        place = settings.document.place(("repository", "state"))
        hint = f'write state = "{STATE_BRANCH}" below [repository] yourself'
        raise UsageError(EXISTS, f"{SETTINGS} exists already and is never overwritten", place=place, hint=hint)


def _default_branch(git: Git) -> str:
    """What a clone's remote calls its default, else the branch here. Raises UsageError for a detached HEAD."""
    done = git.run("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD", expected=(0, 1, 128))
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace").strip().removeprefix("refs/remotes/origin/")
    branch = current_branch(git)
    if branch is None:
        raise UsageError(NOT_POSSIBLE, "HEAD is on no branch, so there is no default branch", hint="git switch main")
    if not branch.isprintable():
        raise UsageError(NOT_POSSIBLE, "the branch's name is not UTF-8 text", hint="git branch -m main")
    return branch


def _prompts(root: Path) -> tuple[str, ...]:
    folder = root / "prompts"
    if folder.is_dir():
        return ()
    folder.mkdir()
    return ("prompts/",)
