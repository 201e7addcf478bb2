"""After a push that failed, a command says what is true: done, not live, or unknown; and whose hooks run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.shipping import NAME, done, hint, line, promoted, refused, remote_refs, served
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files

UNSENT = "ref refs/promptctl/unsent/main"
BACK = ("rollback", NAME, "staging", "--reason", "wrong queue")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path, staged=("1.0.0", "1.1.0"))


def hook(git_directory: Path, name: str, script: str) -> Path:
    build_files(git_directory, {f"hooks/{name}": f"#!/bin/sh\n{script}\n"})
    path = git_directory / "hooks" / name
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("command", [("promote", f"{NAME}@1.2.0", "staging"), BACK], ids=["promote", "rollback"])
def test_refused_by_the_remote_is_recorded_and_not_live(
    repository: GitRepository, tmp_path: Path, command: tuple[str, ...]
) -> None:
    refusing = hook(tmp_path / "origin.git", "pre-receive", "echo 'no deploys on Friday' >&2; exit 1")
    before, there = snap(repository), remote_refs(repository)
    ran = refused(repository, *command, code=4, error="PC113")
    kept = repository.git("rev-parse", "refs/promptctl/unsent/main")
    assert f"recorded here ({kept[:7]}), not live: remote: no deploys on Friday" in ran.err
    assert changed(before, snap(repository)) == {UNSENT}
    assert remote_refs(repository) == there
    refusing.unlink()
    assert "sent what was recorded here before" in done(repository, *command).out
    assert remote_refs(repository)["refs/heads/main"] == kept
    assert UNSENT not in snap(repository)


def test_the_hint_drops_what_was_recorded(repository: GitRepository, tmp_path: Path) -> None:
    hook(tmp_path / "origin.git", "pre-receive", "exit 1")
    before = snap(repository)
    ran = refused(repository, *BACK, code=4)
    subprocess.run(["sh", "-c", hint(ran).partition("to drop it: ")[2]], cwd=repository.folder, check=True)
    assert changed(before, snap(repository)) == set()


def test_refused_by_the_users_own_pre_push_is_recorded_and_not_live(repository: GitRepository) -> None:
    hook(repository.folder / ".git", "pre-push", "cat > pushed; echo 'not from this machine' >&2; exit 1")
    ran = refused(repository, *BACK, code=4, error="PC113")
    assert "not live: not from this machine" in ran.err
    assert "refs/heads/main" in (repository.folder / "pushed").read_text()
    assert served(repository) == "1.1.0"


def test_hooks_for_commits_and_checkouts_never_run(repository: GitRepository, tmp_path: Path) -> None:
    for name in (
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
    ):
        hook(repository.folder / ".git", name, f"echo {name} >> {tmp_path}/ran; exit 1")
    done(repository, *BACK)
    assert not (tmp_path / "ran").exists()


def test_a_hook_that_vetoes_every_ref_cannot_hide_what_landed(repository: GitRepository) -> None:
    hook(repository.folder / ".git", "reference-transaction", "exit 1")
    commit = done(repository, *BACK, "--json").data["published"]["commit"]
    assert remote_refs(repository)["refs/heads/main"] == commit == repository.git("rev-parse", "main")


def test_a_hooks_folder_of_the_user_counts(repository: GitRepository, tmp_path: Path) -> None:
    build_files(tmp_path, {"husky/pre-push": "#!/bin/sh\necho 'by husky' >&2; exit 1\n"})
    (tmp_path / "husky/pre-push").chmod(0o755)
    repository.git("config", "core.hooksPath", str(tmp_path / "husky"))
    assert "by husky" in refused(repository, *BACK, code=4).err


def test_a_remote_that_is_away(repository: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    before = snap(repository)
    refused(repository, *BACK, code=4, error="PC113")
    assert changed(before, snap(repository)) == {UNSENT}


def test_a_promotion_needs_the_remote_and_writes_nothing_without_it(repository: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    before = snap(repository)
    refused(repository, "promote", f"{NAME}@1.2.0", "staging", code=4, error="PC090")
    assert changed(before, snap(repository)) == set()


def test_a_remote_that_dies_after_landing_is_done(repository: GitRepository, tmp_path: Path) -> None:
    hook(tmp_path / "origin.git", "post-receive", "kill -9 $PPID")
    data = done(repository, *BACK, "--json").data
    assert data["published"]["sent"] is True
    assert remote_refs(repository)["refs/heads/main"] == data["published"]["commit"]
    assert UNSENT not in snap(repository)
    assert served(repository) == "1.0.0"


def vanished(repository: GitRepository, tmp_path: Path) -> None:
    """The remote takes the next push and is gone before it can say so."""
    bare = tmp_path / "origin.git"
    hook(bare, "post-receive", f"mv {bare} {tmp_path}/away.git; kill -9 $PPID")


def reappeared(tmp_path: Path) -> None:
    (tmp_path / "away.git").rename(tmp_path / "origin.git")
    (tmp_path / "origin.git/hooks/post-receive").unlink()


def test_a_remote_that_is_away_after_landing_is_unknown(repository: GitRepository, tmp_path: Path) -> None:
    promoted(repository, "1.2.0")
    vanished(repository, tmp_path)
    ran = refused(repository, *BACK, code=4, error="PC114")
    assert "nobody can tell whether origin has it" in ran.err
    reappeared(tmp_path)
    assert "sent what was recorded here before" in done(repository, *BACK).out
    assert served(repository) == "1.1.0"
    assert UNSENT not in snap(repository)


def test_an_unknown_one_that_landed_is_not_done_twice_after_others_went_on(
    repository: GitRepository, tmp_path: Path
) -> None:
    promoted(repository, "1.2.0")
    vanished(repository, tmp_path)
    refused(repository, *BACK, code=4, error="PC114")
    reappeared(tmp_path)
    clone = repository.clone(tmp_path / "clone")
    done(clone, "promote", "text/summary", "staging")
    ran = done(repository, *BACK)
    assert f"{NAME} in staging: 1.2.0 -> 1.1.0" in ran.out
    assert served(repository) == "1.1.0"
    assert UNSENT not in snap(repository)


def test_an_unknown_one_that_did_not_land_is_sent(repository: GitRepository, tmp_path: Path) -> None:
    vanished(repository, tmp_path)
    kept = repository.git("rev-parse", "origin/main")
    refused(repository, *BACK, code=4, error="PC114")
    reappeared(tmp_path)
    subprocess.run(["git", "update-ref", "refs/heads/main", kept], cwd=tmp_path / "origin.git", check=True)
    done(repository, *BACK)
    assert served(repository) == "1.0.0"


def test_another_command_after_an_unknown_one_goes_on_from_what_is_there(
    repository: GitRepository, tmp_path: Path
) -> None:
    vanished(repository, tmp_path)
    refused(repository, *BACK, code=4, error="PC114")
    reappeared(tmp_path)
    done(repository, "promote", f"{NAME}@1.2.0", "staging")
    assert served(repository) == "1.2.0"
    assert repository.git("log", "--format=%s", "-2", "origin/main").split("\n") == [
        f"promote {NAME}@1.2.0 to staging",
        f"roll back {NAME} in staging to 1.0.0",
    ]
    assert UNSENT not in snap(repository)


def test_without_a_committer_nothing_is_written(repository: GitRepository) -> None:
    for key in ("user.name", "user.email"):
        repository.git("config", "--global", "--unset", key)
    repository.git("config", "user.useConfigOnly", "true")
    before = snap(repository)
    for command in (("promote", f"{NAME}@1.2.0", "staging"), BACK, ("freeze", "staging", "--reason", "x")):
        assert hint(refused(repository, *command, error="PC095")).startswith("git config user.name")
    assert changed(before, snap(repository)) == set()


def test_commits_are_signed_when_the_user_signs(repository: GitRepository, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    build_files(tmp_path, {"signers": f"ada@example.org {key.with_suffix('.pub').read_text()}"})
    settings = {"gpg.format": "ssh", "user.signingkey": str(key), "commit.gpgsign": "true"}
    for name, value in (settings | {"gpg.ssh.allowedSignersFile": str(tmp_path / "signers")}).items():
        repository.git("config", name, value)
    done(repository, *BACK)
    repository.git("verify-commit", "origin/main")


def test_a_signing_key_that_is_not_there_writes_nothing(repository: GitRepository, tmp_path: Path) -> None:
    for name, value in {"gpg.format": "ssh", "user.signingkey": "/none", "commit.gpgsign": "true"}.items():
        repository.git("config", name, value)
    before = snap(repository)
    refused(repository, *BACK, error="PC277")
    assert changed(before, snap(repository)) == set()
