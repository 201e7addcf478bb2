"""Attacks on releases: each is found by every command that reads one, with an exit code that is not 0."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promptctl.core.moves.drift import Drift
from promptctl.core.releases.tag import message_text
from promptctl.core.releases.version import version
from promptctl.workflows.release import release
from promptctl.workflows.resolve import resolve
from promptctl.workflows.verify import verify
from tests.support import GitRepository, build_files, must_fail, succeed
from tests.tampering import V1, broken, digest_of, here, kinds, retag, run_repairs, three_releases
from tests.versioning import LOCK, NAME, PROMPT, copy_of, locked, opened, pushed, text


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Releases 1.0.0, 1.1.0 and 1.2.0, all pushed, with the remote's tags as the releases saw them."""
    return copy_of(three_releases, tmp_path)


@pytest.fixture
def clone(repository: GitRepository, tmp_path: Path) -> GitRepository:
    """A clone that never asked the remote by itself."""
    return repository.clone(tmp_path / "clone")


def made_anew(repository: GitRepository, tmp_path: Path) -> tuple[str, str]:
    """1.0.0 made anew in another clone, pushed and fetched with force; the agreed digest and the new one."""
    other = repository.clone(tmp_path / "other")
    other.git("switch", "-q", "-c", "elsewhere")
    build_files(other.folder, {PROMPT: text("something evil")})
    evil = here(other)
    other.commit()
    retag(other, "HEAD", message_text(NAME, version("1.0.0"), evil))
    other.git("push", "-q", "--force", "origin", f"refs/tags/{V1}")
    repository.git("fetch", "-q", "--force", "origin", f"refs/tags/{V1}:refs/tags/{V1}")
    assert repository.git("rev-parse", f"{V1}^{{tag}}") == other.git("rev-parse", f"{V1}^{{tag}}")
    return digest_of(repository, "1.0.0"), evil


def test_a_tag_made_anew_with_a_fitting_trailer_fails_everywhere_naming_both_digests(
    repository: GitRepository, tmp_path: Path
) -> None:
    agreed, evil = made_anew(repository, tmp_path)
    for arguments, code in (
        (("verify",), 1),
        (("verify", NAME), 1),
        (("verify", f"{NAME}@1.0.0"), 1),
        (("drift",), 1),
        (("show", f"{NAME}@1.0.0"), 3),
        (("show", f"{NAME}@{agreed}"), 3),
        (("render", f"{NAME}@1.0.0", "-i", "ticket=x"), 3),
        (("promote", f"{NAME}@1.0.0", "staging"), 3),
        (("history", NAME), 1),
    ):
        ran = must_fail(*arguments, cwd=repository.folder, code=code)
        assert agreed[:19] in ran.out + ran.err, ran
        assert evil[:19] in ran.out + ran.err, ran
    succeed("verify", f"{NAME}@1.1.0", cwd=repository.folder)
    succeed("show", f"{NAME}@1.2.0", cwd=repository.folder)
    assert [found.kind for found in verify(opened(repository)).findings] == ["tag-moved"]
    assert repository.git("ls-tree", "-r", "--name-only", "origin/main", "prompts/environments") == ""


def test_in_json_both_digests_stand_in_fields_of_their_own(repository: GitRepository, tmp_path: Path) -> None:
    agreed, evil = made_anew(repository, tmp_path)
    ran = must_fail("verify", "--json", cwd=repository.folder, code=1)
    (finding,) = {json.dumps(found): found for found in ran.data["findings"]}.values()
    assert (finding["kind"], finding["version"], finding["expected"], finding["actual"]) == (
        "tag-moved",
        "1.0.0",
        agreed,
        evil,
    )


def test_the_repair_that_is_printed_brings_the_release_back(repository: GitRepository, tmp_path: Path) -> None:
    agreed, _ = made_anew(repository, tmp_path)
    run_repairs(repository)
    assert resolve(opened(repository), f"{NAME}@1.0.0").digest == agreed
    fresh = repository.clone(tmp_path / "fresh")
    assert verify(opened(fresh)).ok


def test_a_tag_moved_only_here_is_repaired_from_the_remote_as_last_fetched(repository: GitRepository) -> None:
    release(opened(repository))
    retag(repository, "HEAD", message_text(NAME, version("1.0.0"), digest_of(repository, "1.2.0")))
    found = verify(opened(repository)).findings
    assert {finding.kind for finding in found} == {"tag-moved"}
    assert digest_of(repository, "1.0.0") in broken(repository)
    run_repairs(repository)


def test_a_tag_moved_only_on_the_remote_is_seen_by_the_next_fetch_of_ours(
    repository: GitRepository, tmp_path: Path
) -> None:
    other = repository.clone(tmp_path / "other")
    retag(other, "HEAD", message_text(NAME, version("1.0.0"), digest_of(repository, "1.2.0")))
    other.git("push", "-q", "--force", "origin", f"refs/tags/{V1}")
    assert verify(opened(repository)).ok, "nothing was fetched yet"
    release(opened(repository))
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.expected, found.actual) == (
        "tag-moved",
        digest_of(repository, "1.0.0"),
        digest_of(repository, "1.2.0"),
    )
    assert resolve(opened(repository), f"{NAME}@1.0.0").digest == digest_of(repository, "1.0.0")
    run_repairs(repository)
    other.git("fetch", "-q", "--force", "origin", f"refs/tags/{V1}:refs/tags/{V1}")
    assert verify(opened(other)).ok


def test_a_tag_that_was_made_twice_of_the_same_files_is_told_apart(repository: GitRepository, tmp_path: Path) -> None:
    other = repository.clone(tmp_path / "other")
    commit = other.git("rev-parse", f"{V1}^{{commit}}")
    other.git("config", "user.name", "Other Person")
    retag(other, commit, message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")))
    other.git("push", "-q", "--force", "origin", f"refs/tags/{V1}")
    release(opened(repository))
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.repair) == ("tag-moved", f"git fetch --force origin tag {V1}")
    run_repairs(repository)


def test_a_foreign_tag_that_nobody_knows(repository: GitRepository) -> None:
    foreign = f"prompts/{NAME}@v9.0.0"
    retag(repository, "HEAD", message_text(NAME, version("9.0.0"), digest_of(repository, "1.2.0")), foreign)
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.level, found.actual) == ("tag-foreign", "error", digest_of(repository, "1.2.0"))
    assert "no lock knows support/triage 9.0.0" in broken(repository, f"{NAME}@9.0.0")
    assert "no lock knows" in broken(repository, f"{NAME}@latest")
    run_repairs(repository)


def test_a_foreign_tag_on_a_commit_of_its_own_is_foreign_though_its_own_lock_knows_it(
    repository: GitRepository,
) -> None:
    """A commit that no release branch has, with a lock that vouches for the tag."""
    repository.git("switch", "-q", "--detach")
    build_files(repository.folder, {PROMPT: text("something evil")})
    locked(repository)
    repository.commit()
    foreign = f"prompts/{NAME}@v1.3.0"
    retag(repository, "HEAD", message_text(NAME, version("1.3.0"), here(repository)), foreign)
    repository.git("switch", "-q", "main")
    assert [kind for kind, _, _ in kinds(repository)] == ["tag-foreign"]
    assert "no lock knows" in broken(repository, f"{NAME}@1.3.0")


def test_a_deleted_tag_is_missing_until_release_makes_it_again(clone: GitRepository, tmp_path: Path) -> None:
    commit = clone.git("rev-parse", f"{V1}^{{commit}}")
    clone.git("push", "-q", "origin", "--delete", V1)
    clone.git("tag", "-d", V1)
    (found,) = verify(opened(clone)).findings
    assert (found.kind, found.level, found.expected) == ("tag-missing", "error", digest_of(clone, "1.0.0"))
    assert [finding.kind for finding in verify(opened(clone), [f"{NAME}@1.0.0"]).findings] == ["tag-missing"]
    assert "its tag is not here" in broken(clone)
    done = release(opened(clone))
    assert [(str(tag.version), tag.commit) for tag in done.made] == [("1.0.0", commit)]
    assert verify(opened(clone.clone(tmp_path / "another"))).findings == ()


def test_a_tag_deleted_only_here_is_read_from_the_remote_as_last_fetched(repository: GitRepository) -> None:
    repository.git("tag", "-d", V1)
    assert verify(opened(repository)).findings == ()
    assert resolve(opened(repository), f"{NAME}@1.0.0").digest == digest_of(repository, "1.0.0")
    assert release(opened(repository)).made == ()


def test_the_tag_of_the_current_entry_is_only_not_made_yet(clone: GitRepository) -> None:
    current = f"prompts/{NAME}@v1.2.0"
    clone.git("push", "-q", "origin", "--delete", current)
    clone.git("tag", "-d", current)
    (found,) = verify(opened(clone)).findings
    assert (found.kind, found.level, found.repair) == ("unreleased", "notice", "promptctl release")
    clone.git("switch", "-qc", "feature")
    assert [(found.kind, str(found.version)) for found in found_on_branch(clone)] == [
        ("unreleased", "1.2.0"),
        ("unreleased", "1.3.0"),
    ]


def found_on_branch(repository: GitRepository) -> list[Drift]:
    """The findings after one more proposal on a branch."""
    build_files(repository.folder, {PROMPT: text("three")})
    locked(repository)
    return sorted(verify(opened(repository)).findings, key=lambda found: str(found.version))


def test_replace_refs_change_nothing(repository: GitRepository) -> None:
    evil = repository.git("hash-object", "-w", "--stdin", stdin=text("something evil"))
    blob = repository.git("rev-parse", f"{V1}:{PROMPT}")
    repository.git("replace", blob, evil)
    assert "evil" in repository.git("show", f"{V1}:{PROMPT}")
    assert verify(opened(repository)).ok
    found = resolve(opened(repository), f"{NAME}@1.0.0")
    assert found.digest == digest_of(repository, "1.0.0")
    assert "evil" not in str(found.closure.texts())


def test_a_lock_edited_here_is_told_from_a_moved_tag(repository: GitRepository) -> None:
    wrong, agreed = "sha256:" + "0" * 64, digest_of(repository, "1.0.0")
    path = repository.folder / LOCK
    path.write_text(path.read_text().replace(agreed, wrong))
    assert kinds(repository) == [("lock-rewritten", wrong, agreed)]
    said = broken(repository)
    assert wrong in said
    assert agreed in said
    run_repairs(repository)
    assert digest_of(repository, "1.0.0") == agreed


def test_a_lock_edited_on_the_default_branch_does_not_cost_the_tag(repository: GitRepository) -> None:
    wrong, agreed = "sha256:" + "0" * 64, digest_of(repository, "1.0.0")
    content = (repository.folder / LOCK).read_text()
    repository.commit({LOCK: content.replace(agreed, wrong)})
    pushed(repository)
    found = verify(opened(repository)).findings
    assert {(finding.kind, finding.expected, finding.actual) for finding in found} == {
        ("lock-rewritten", wrong, agreed)
    }
    assert {finding.repair for finding in found} == {f"git log -S{agreed} -- {LOCK}"}
    edit = repository.git("rev-parse", "--short", "HEAD")
    assert repository.git("log", "-1", "--format=%h", f"-S{agreed}", "--", LOCK) == edit
    assert "cannot be trusted" in broken(repository)
