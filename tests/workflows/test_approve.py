"""``approve``: signed by real keys, counted by ``promote``, void when anything about the promotion changes."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.shipping import FOLDER, NAME, done, hint, line, moves_file, promoted, refused, served, shown
from tests.support import SETTINGS, GitRepository
from tests.versioning import released, text

ASKING = SETTINGS.replace("[environments.staging]\n", "[environments.staging]\napprovals = 1\n", 1)
SIGNERS = "prompts/allowed_signers"
PEOPLE = ("grace", "linus", "mallory")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key a person."""
    folder = tmp_path_factory.mktemp("keys")
    for person in PEOPLE:
        line = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", str(folder / person)]
        subprocess.run(line, check=True, capture_output=True)
    return folder


@pytest.fixture
def repository(tmp_path: Path, keys: Path) -> GitRepository:
    """Ada's clone: staging asks for one approval, and Grace and Linus are known signers."""
    found = line(tmp_path, ASKING)
    known = "".join(f"{who}@example.org {(keys / f'{who}.pub').read_text()}" for who in ("grace", "linus"))
    found.commit({SIGNERS: known}, "signers")
    found.git("push", "-q")
    return found


def clone(repository: GitRepository, person: str, keys: Path | None = None) -> GitRepository:
    """Somebody else's clone, who signs where there are keys."""
    found = repository.clone(repository.folder.parent / person)
    found.git("config", "user.name", person.title())
    found.git("config", "user.email", f"{person}@example.org")
    if keys:
        found.git("config", "gpg.format", "ssh")
        found.git("config", "user.signingkey", str(keys / person))
    return found


def test_a_signed_approval_lets_the_promotion_pass_once(repository: GitRepository, keys: Path) -> None:
    assert "has none" in refused(repository, "promote", NAME, "staging", error="PC102").err
    ran = done(clone(repository, "grace", keys), "approve", NAME, "staging", "--reason", "read it")
    assert "Grace <grace@example.org> approves support/triage 1.2.0 for staging" in ran.out
    assert "1 of 1 asked for: Grace <grace@example.org>" in ran.out
    repository.git("fetch", "-q")
    assert "approved by Grace <grace@example.org>" in done(repository, "plan", NAME, "staging").out
    done(repository, "promote", NAME, "staging")
    assert '"approvals":["Grace <grace@example.org>"]' in shown(repository, moves_file())
    refused(repository, "promote", f"{NAME}@1.1.0", "staging", error="PC102")
    assert "0 errors" in done(repository, "drift").out


def test_it_is_for_the_promotion_that_comes_next(repository: GitRepository, keys: Path) -> None:
    grace = clone(repository, "grace", keys)
    done(grace, "approve", f"{NAME}@1.1.0", "staging")
    done(grace, "approve", f"{NAME}@1.2.0", "staging")
    done(repository, "promote", f"{NAME}@1.1.0", "staging")
    ran = refused(repository, "promote", f"{NAME}@1.2.0", "staging", error="PC102")
    assert "after move 0, and others came" in ran.err
    assert hint(ran) == f"ask somebody: promptctl approve {NAME}@1.2.0 staging"


def test_authors_and_their_helpers_cannot_agree(repository: GitRepository, keys: Path) -> None:
    refused(repository, "approve", NAME, "staging", error="PC278")
    change = {f"prompts/{NAME}/prompt.yaml": text("at most one queue")}
    repository.commit(change, "Shorter\n\nCo-authored-by: Grace <GRACE@example.org>")
    released(repository)
    grace, linus = clone(repository, "grace", keys), clone(repository, "linus", keys)
    refused(grace, "approve", f"{NAME}@1.3.0", "staging", error="PC278")
    done(linus, "approve", f"{NAME}@1.3.0", "staging")
    done(repository, "promote", f"{NAME}@1.3.0", "staging")


def test_whoever_promotes_has_to_be_somebody_else(repository: GitRepository, keys: Path) -> None:
    grace = clone(repository, "grace", keys)
    done(grace, "approve", NAME, "staging")
    assert "whoever promotes" in refused(grace, "promote", NAME, "staging", error="PC102").err
    done(repository, "promote", NAME, "staging")


def test_it_is_void_after_a_week(repository: GitRepository, keys: Path) -> None:
    done(clone(repository, "grace", keys), "approve", NAME, "staging")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        assert "8 days old" in refused(repository, "promote", NAME, "staging", error="PC102").err
    done(repository, "promote", NAME, "staging")


def test_without_a_key_nothing_is_recorded(repository: GitRepository) -> None:
    before = repository.git("ls-remote", "origin")
    ran = refused(clone(repository, "grace"), "approve", NAME, "staging", error="PC277")
    assert "git config gpg.format ssh && git config user.signingkey" in hint(ran)
    assert "approvals_signed = false in [environments.staging]" in hint(ran)
    assert repository.git("ls-remote", "origin") == before


def test_a_key_that_nobody_named_does_not_count(repository: GitRepository, keys: Path) -> None:
    ran = refused(clone(repository, "mallory", keys), "approve", NAME, "staging", code=1)
    assert "0 of 1 asked for: nobody yet" in ran.out
    assert "allowed signers do not have" in ran.out
    assert "allowed signers do not have" in refused(repository, "promote", NAME, "staging", error="PC102").err


def test_nobody_approves_in_the_name_of_another(repository: GitRepository, keys: Path) -> None:
    mallory = clone(repository, "mallory", keys)
    mallory.git("config", "user.email", "grace@example.org")
    refused(mallory, "approve", NAME, "staging", code=1)
    refused(repository, "promote", NAME, "staging", error="PC102")
    mallory.git("config", "user.signingkey", str(keys / "linus"))
    refused(mallory, "approve", NAME, "staging", "--reason", "again", code=1)
    ran = refused(repository, "promote", NAME, "staging", error="PC102")
    assert "signed by linus@example.org, not by grace@example.org" in ran.err


def test_a_file_that_is_changed_later_does_not_count(repository: GitRepository, keys: Path) -> None:
    done(clone(repository, "grace", keys), "approve", f"{NAME}@1.1.0", "staging")
    mallory = clone(repository, "mallory")
    old = mallory.folder / f"{FOLDER}/staging/_approvals/{NAME}@1.1.0/grace@example.org.yaml"
    digest = repository.git("show", f"prompts/{NAME}@v1.2.0:prompts/prompts.lock").partition('"digest": "')[2][:71]
    forged = old.read_text().replace("version: 1.1.0", "version: 1.2.0")
    forged = "".join(
        f"digest: {digest}\n" if part.startswith("digest:") else part for part in forged.splitlines(keepends=True)
    )
    mallory.commit({f"{FOLDER}/staging/_approvals/{NAME}@1.2.0/grace@example.org.yaml": forged})
    mallory.git("push", "-q")
    assert "it is not signed" in refused(repository, "promote", NAME, "staging", error="PC102").err


def test_the_signers_of_the_default_branch_count_and_not_those_here(repository: GitRepository, keys: Path) -> None:
    mallory = clone(repository, "mallory", keys)
    (mallory.folder / SIGNERS).write_text(f"mallory@example.org {(keys / 'mallory.pub').read_text()}")
    assert "0 of 1" in refused(mallory, "approve", NAME, "staging", code=1).out


def test_where_unsigned_ones_count_a_claim_is_enough(tmp_path: Path) -> None:
    open_settings = ASKING.replace("approvals = 1\n", "approvals = 1\napprovals_signed = false\n")
    repository = line(tmp_path, open_settings)
    done(clone(repository, "grace"), "approve", NAME, "staging")
    done(repository, "promote", NAME, "staging")
    assert served(repository) == "1.2.0"


def test_where_nobody_is_asked_it_is_said(repository: GitRepository, keys: Path) -> None:
    ran = done(clone(repository, "grace", keys), "approve", f"{NAME}@1.2.0", "prod")
    assert "no approvals asked for there; given by: Grace <grace@example.org>" in ran.out


def test_an_approval_that_is_sent_later_is_signed_again(repository: GitRepository, keys: Path) -> None:
    grace = clone(repository, "grace", keys)
    done(grace, "approve", NAME, "staging", "--no-push")
    done(repository, "freeze", "prod", "--reason", "audit")
    done(grace, "freeze", "staging", "--reason", "wait")
    done(repository, "unfreeze", "staging", "--reason", "go on")
    done(repository, "promote", NAME, "staging")


def test_a_clone_without_history_says_what_to_fetch(repository: GitRepository, keys: Path) -> None:
    done(clone(repository, "grace", keys), "approve", NAME, "staging")
    shallow = GitRepository(repository.folder.parent / "shallow")
    origin = "file://" + repository.git("remote", "get-url", "origin")
    subprocess.run(["git", "clone", "-q", "--depth", "1", origin, str(shallow.folder)], check=True)
    ran = refused(shallow, "promote", NAME, "staging", error="PC093")
    assert "--unshallow" in hint(ran)


def test_a_rollback_asks_nobody(repository: GitRepository, keys: Path) -> None:
    grace = clone(repository, "grace", keys)
    for version in ("1.1.0", "1.2.0"):
        done(grace, "approve", f"{NAME}@{version}", "staging")
        promoted(repository, version)
    done(repository, "rollback", NAME, "staging", "--reason", "worse")
    assert served(repository) == "1.1.0"


@pytest.mark.parametrize("options", [None, 'valid-before="20200101" '], ids=["taken away", "not valid any more"])
def test_a_key_that_is_revoked_after_the_approval_counts_no_more(
    repository: GitRepository, keys: Path, options: str | None
) -> None:
    done(clone(repository, "grace", keys), "approve", NAME, "staging")
    linus, grace = ((keys / f"{who}.pub").read_text() for who in ("linus", "grace"))
    revoked = f"grace@example.org {options}{grace}" if options else ""
    repository.git("pull", "-q", "--rebase")
    repository.commit({SIGNERS: f"linus@example.org {linus}{revoked}"}, "Grace lost her key")
    repository.git("push", "-q")
    ran = refused(repository, "promote", NAME, "staging", error="PC102")
    assert "it is signed by a key that the allowed signers do not have" in ran.err
    done(clone(repository, "linus", keys), "approve", NAME, "staging")
    done(repository, "promote", NAME, "staging")
