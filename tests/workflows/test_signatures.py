"""``release --sign`` and ``verify --signatures``: real SSH and OpenPGP keys, and what is said when they do not hold."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.shipping import NAME, done, hint, line, refused, run
from tests.support import SETTINGS, GitRepository
from tests.versioning import released, text

SIGNERS = "prompts/allowed_signers"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key a person."""
    folder = tmp_path_factory.mktemp("keys")
    for person in ("ada", "mallory"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", str(folder / person)]
        subprocess.run(made, check=True, capture_output=True)
    return folder


@pytest.fixture
def repository(tmp_path: Path, keys: Path) -> GitRepository:
    """Ada's clone, with her key; the team knows it."""
    found = line(tmp_path, SETTINGS, staged=())
    signing(found, keys / "ada")
    found.commit({SIGNERS: f"ada@example.org {(keys / 'ada.pub').read_text()}"}, "signers")
    found.git("push", "-q")
    return found


def signing(repository: GitRepository, key: Path) -> None:
    repository.git("config", "gpg.format", "ssh")
    repository.git("config", "user.signingkey", str(key))


def next_version(repository: GitRepository, words: str) -> None:
    """A commit whose lock proposes one more version."""
    repository.commit({f"prompts/{NAME}/prompt.yaml": text(words)})
    done(repository, "lock")
    repository.commit()
    repository.git("push", "-q")


def test_a_signed_release_is_verified(repository: GitRepository) -> None:
    next_version(repository, "any queue")
    done(repository, "release", "--sign")
    assert "1 release verified" in done(repository, "verify", f"{NAME}@1.3.0", "--signatures").out
    assert "BEGIN SSH SIGNATURE" in repository.git("cat-file", "tag", f"prompts/{NAME}@v1.3.0")
    done(repository, "promote", NAME, "staging")


def test_what_nobody_signed_is_named(repository: GitRepository) -> None:
    ran = run(repository, "verify", f"{NAME}@1.2.0", "--signatures")
    assert ran.code == 1
    assert f"the tag of {NAME}@1.2.0: it is not signed" in ran.out
    done(repository, "verify", f"{NAME}@1.2.0")


def test_a_key_that_the_team_does_not_know(repository: GitRepository, keys: Path) -> None:
    signing(repository, keys / "mallory")
    next_version(repository, "any queue")
    done(repository, "release", "--sign")
    ran = run(repository, "verify", f"{NAME}@1.3.0", "--signatures")
    assert ran.code == 1
    assert "signed by a key that the allowed signers do not have" in ran.out


def test_signers_in_the_work_tree_do_not_count(repository: GitRepository, keys: Path) -> None:
    signing(repository, keys / "mallory")
    next_version(repository, "any queue")
    done(repository, "release", "--sign")
    (repository.folder / SIGNERS).write_text(f"ada@example.org {(keys / 'mallory.pub').read_text()}")
    assert run(repository, "verify", f"{NAME}@1.3.0", "--signatures").code == 1


def test_without_a_key_no_tag_is_made(repository: GitRepository, tmp_path: Path) -> None:
    signing(repository, tmp_path / "none")
    next_version(repository, "any queue")
    ran = refused(repository, "release", "--sign", error="PC277")
    assert hint(ran).startswith("git config gpg.format ssh")
    assert repository.git("tag", "-l", f"prompts/{NAME}@v1.3.0") == ""


def test_moves_are_signed_by_whom_they_name(repository: GitRepository, keys: Path) -> None:
    released(repository, {f"prompts/{NAME}/prompt.yaml": text("any queue")})
    done(repository, "promote", NAME, "staging")
    said = run(repository, "verify", NAME, "--signatures").out
    assert f"move 1 of {NAME} in staging: it is not signed" in said
    repository.git("config", "commit.gpgsign", "true")
    done(repository, "rollback", f"{NAME}@1.3.0", "staging", "--reason", "again")
    done(repository, "promote", f"{NAME}@1.2.0", "staging")
    assert "in staging" not in run(repository, "verify", NAME, "--signatures").out
    repository.git("config", "user.email", "eve@example.org")
    done(repository, "promote", f"{NAME}@1.3.0", "staging")
    said = run(repository, "verify", NAME, "--signatures").out
    assert "it is by eve@example.org and signed by ada@example.org" in said


@pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no gpg here")
def test_openpgp_counts_where_the_keyring_trusts_the_key(
    repository: GitRepository, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A socket of gpg-agent has to fit into 108 characters.
    home = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    monkeypatch.setenv("GNUPGHOME", str(home))
    made = "gpg --batch --quiet --passphrase= --quick-gen-key".split()
    subprocess.run([*made, "Ada <ada@example.org>", "ed25519", "sign"], check=True, capture_output=True)
    try:
        repository.git("config", "gpg.format", "openpgp")
        repository.git("config", "user.signingkey", "ada@example.org")
        next_version(repository, "any queue")
        done(repository, "release", "--sign")
        done(repository, "verify", f"{NAME}@1.3.0", "--signatures")
        monkeypatch.setenv("GNUPGHOME", str(tmp_path_factory.mktemp("nobody")))
        ran = run(repository, "verify", f"{NAME}@1.3.0", "--signatures")
        assert "signed by a key that your keyring does not have" in ran.out
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)
