"""Who says which branch is the default one, in clones that have a branch checked out which names itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from tests.copying import copy_folder
from tests.support import SETTINGS, GitRepository, new_repository, with_remote

EVIL = SETTINGS.replace('"main"', '"evil"')


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A remote with main, release, and a branch that calls itself the default one; ``work`` has added it by hand."""
    folder = tmp_path_factory.mktemp("named")
    work = with_remote(new_repository(folder / "work", {"promptctl.toml": SETTINGS}), folder / "origin.git")
    work.git("push", "-q", "origin", "main:release")
    work.git("switch", "-qc", "evil")
    work.commit({"promptctl.toml": EVIL}, "Another default branch")
    work.git("push", "-q", "-u", "origin", "evil")
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    copy_folder(built, tmp_path)
    GitRepository(tmp_path / "work").git("remote", "set-url", "origin", f"file://{tmp_path}/origin.git")
    return tmp_path


def by_hand(folder: Path) -> GitRepository:
    return GitRepository(folder / "work")


def cloned(folder: Path, *options: str) -> GitRepository:
    by_hand(folder).git("clone", "-q", "--branch=evil", *options, f"file://{folder}/origin.git", str(folder / "clone"))
    return GitRepository(folder / "clone")


def shallow(folder: Path) -> GitRepository:
    return cloned(folder, "--depth=1", "--no-single-branch")


def single(folder: Path) -> GitRepository:
    return cloned(folder, "--single-branch")


def on_main(folder: Path, files: dict[str, str | bytes | None]) -> None:
    """Commits files to the remote's main; None takes one away."""
    work = by_hand(folder)
    work.git("switch", "-q", "main")
    for path in (path for path, content in files.items() if content is None):
        work.git("rm", "-q", path)
    work.commit({path: content for path, content in files.items() if content is not None}, "Main")
    work.git("push", "-q", "origin", "main")
    work.git("switch", "-q", "evil")


def told(repository: GitRepository, *, fetch: bool = False) -> str:
    found = Repository(repository.folder)
    if fetch:
        found.fetch_default()
    return found.default_branch


@pytest.mark.parametrize(("clone", "named"), [(by_hand, "evil"), (cloned, "main"), (shallow, "main"), (single, "evil")])
def test_a_clone_goes_by_what_it_has_of_head_and_a_command_that_fetches_by_the_remotes(
    folder: Path, clone: Callable[[Path], GitRepository], named: str
) -> None:
    repository = clone(folder)
    assert told(repository) == named, "where nobody says it, readers go by the files"
    assert told(repository, fetch=True) == "main"


def test_a_remote_that_has_another_head_since_is_believed_by_who_asks_it(folder: Path) -> None:
    clone = cloned(folder)
    remote = GitRepository(folder / "origin.git")
    remote.git("symbolic-ref", "HEAD", "refs/heads/release")
    remote.git("branch", "-q", "-D", "main")
    by_hand(folder).git("push", "-q", "origin", "evil:refs/heads/x/HEAD")
    assert told(clone) == "main"
    on_release = by_hand(folder)
    on_release.git("switch", "-qc", "release", "origin/release")
    on_release.commit({"promptctl.toml": SETTINGS.replace('default_branch = "main"\n', "")}, "No name")
    on_release.git("push", "-q", "origin", "release")
    assert told(clone, fetch=True) == "release"


MAIN: list[tuple[str | None, str]] = [
    (SETTINGS.replace('"main"', '"release"'), "release"),
    (SETTINGS.replace('default_branch = "main"\n', ""), "main"),
    ("", "main"),
    ("[repository\n", "main"),
    ("[repository]\ndefault_branch = '--upload-pack=x'\n", "main"),
    (None, "evil"),
]


@pytest.mark.parametrize(("settings", "named"), MAIN, ids=[str(row) for row in range(len(MAIN))])
def test_the_settings_at_head_name_it_else_head_itself(folder: Path, settings: str | None, named: str) -> None:
    """What cannot be read names nothing; only a HEAD without settings leaves it to the files here."""
    on_main(folder, {"README.md": "x\n", "promptctl.toml": settings})
    assert told(cloned(folder)) == named
    assert told(by_hand(folder), fetch=True) == named


def test_a_head_that_is_not_among_the_shared_branches_is_fetched_for_its_settings(folder: Path) -> None:
    clone = single(folder)
    clone.commit({"promptctl.toml": SETTINGS.replace('"main"', '"release"')}, "Release")
    on_main(folder, {"promptctl.toml": SETTINGS.replace('"main"', '"release"')})
    assert told(clone, fetch=True) == "release"
    assert clone.git("for-each-ref", "refs/remotes/origin/main") == ""


GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}
JOBS = [
    (GITHUB, {"repository": {"default_branch": "main"}}, "main"),
    (GITHUB, {"repository": {"default_branch": "release"}}, "release"),
    (GITHUB, {"repository": {"default_branch": "--output=x"}}, "evil"),
    (GITHUB, {"repository": "main"}, "evil"),
    ({}, {"repository": {"default_branch": "main"}}, "evil"),
    ({**GITHUB, "GITHUB_EVENT_NAME": "schedule", "GITHUB_REF_NAME": "main"}, {}, "main"),
    ({**GITHUB, "GITHUB_REF_NAME": "main"}, {}, "evil"),
    ({"GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main"}, {}, "main"),
    ({"GITLAB_CI": "true"}, {}, "evil"),
    ({"CI_DEFAULT_BRANCH": "main", "GITHUB_BASE_REF": "main"}, {}, "evil"),
]


@pytest.mark.parametrize(("variables", "event", "named"), JOBS, ids=[str(row) for row in range(len(JOBS))])
def test_a_job_goes_by_what_its_host_says(
    folder: Path, variables: dict[str, str], event: object, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job's checkout has no HEAD of the remote; the settings of the branch that the host names count, if here."""
    (folder / "event.json").write_text(json.dumps(event))
    for name, value in {**variables, "GITHUB_EVENT_PATH": str(folder / "event.json")}.items():
        monkeypatch.setenv(name, value)
    assert told(single(folder)) == named
    on_main(folder, {"promptctl.toml": SETTINGS.replace('"main"', '"release"')})
    fetched = by_hand(folder)
    fetched.git("fetch", "-q")
    assert told(fetched) == ("evil" if named == "evil" else "release" if named == "main" else "main")
