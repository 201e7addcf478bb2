"""A remote that takes no direct push to main: refused in plain words, nothing kept, and the line it names works."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.shipping import NAME, done, hint, line, refused, run, served
from tests.snapshot import changed, snap
from tests.support import GitRepository

UP = ("promote", f"{NAME}@1.2.0", "staging")
GITHUB = """\
error: GH006: Protected branch update failed for refs/heads/main.

- Changes must be made through a pull request."""
RULES = """\
error: GH013: Repository rule violations found for refs/heads/main.
Review all repository rules at https://github.com/acorn/prompts/rules?ref=refs%2Fheads%2Fmain

- Changes must be made through a pull request."""
WORDS: dict[str, tuple[str, str]] = {
    "GitHub": (GITHUB, "GH006: Protected branch update failed for refs/heads/main."),
    "GitHub's rules": (RULES, "GH013: Repository rule violations found for refs/heads/main."),
    "GitLab": (
        "GitLab: You are not allowed to push code to protected branches on this project.",
        "GitLab: You are not allowed to push code to protected branches on this project.",
    ),
}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path, staged=("1.0.0", "1.1.0"))


def protect(repository: GitRepository, words: str, name: str = "update") -> Path:
    """The remote refuses pushes to main with these words; what is merged at the host does not go through its hooks."""
    bare = repository.folder.parent / "origin.git"
    (bare / "words").write_text(words + "\n")
    taken = 'test "$1" = refs/heads/main' if name == "update" else "grep -q refs/heads/main"
    hook = bare / "hooks" / name
    hook.write_text(f"#!/bin/sh\nif {taken}; then cat {bare}/words >&2; exit 1; fi\n")
    hook.chmod(0o755)
    return bare


def merge(bare: Path, branch: str) -> None:
    """What a host does with a pull request that can be fast-forwarded."""
    subprocess.run(["git", "-C", str(bare), "update-ref", "refs/heads/main", f"refs/heads/{branch}"], check=True)


def suggestion(error: str) -> list[str]:
    """The command line that the hint names, without the program's name."""
    return shlex.split(error.rpartition("promptctl ")[2])


def test_each_host_is_understood_and_the_branch_gets_there(repository: GitRepository) -> None:
    before = snap(repository)
    for host, (words, told) in WORDS.items():
        bare = protect(repository, words, "pre-receive" if host == "GitLab" else "update")
        ran = refused(repository, *UP, code=4, error="PC293")
        assert "origin takes no direct push to main: not live, nothing was changed" in ran.err
        assert told in ran.err
        assert changed(before, snap(repository)) == set(), host
        (bare / "hooks/update").unlink(missing_ok=True)
    protect(repository, GITHUB)
    assert served(repository) == "1.1.0"
    named = suggestion(hint(ran))
    assert named == [*UP, "--branch", "promote-support-triage-1.2.0-staging"]
    done(repository, *named)
    assert served(repository) == "1.1.0"
    merge(bare, named[-1])
    assert done(repository, *UP).out.startswith(f"{NAME} in staging: 1.2.0 already")
    assert served(repository) == "1.2.0"
    back = refused(repository, "rollback", NAME, "staging", "--reason", "worse", code=4, error="PC293")
    assert suggestion(hint(back))[:5] == ["rollback", NAME, "staging", "--reason", "…"]
    done(repository, *suggestion(hint(back)))


def test_what_was_kept_before_stays_until_a_branch_takes_it_along(repository: GitRepository) -> None:
    done(repository, "freeze", "prod", "--reason", "audit", "--no-push")
    bare = protect(repository, GITHUB)
    before = snap(repository)
    refused(repository, *UP, code=4, error="PC293")
    assert changed(before, snap(repository)) == set()
    done(repository, *UP, "--branch", "up")
    merge(bare, "up")
    repository.git("fetch", "-q")
    assert served(repository) == "1.2.0"
    assert "frozen: prod: audit" in done(repository, "status").out


def test_any_other_refusal_is_kept_to_be_sent_again(repository: GitRepository) -> None:
    protect(repository, "closed for maintenance, see the pull of the day")
    ran = refused(repository, *UP, code=4, error="PC113")
    assert "closed for maintenance" in ran.err
    assert "here only" in run(repository, "status").out
