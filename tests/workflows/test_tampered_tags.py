"""Attacks on releases: each is found by every command that reads one, with an exit code that is not 0."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.git.objects import Objects
from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.canonical import digest
from promptctl.core.drift import Drift
from promptctl.core.tag import message_text
from promptctl.core.version import version
from promptctl.errors import OutsideError, StateError
from promptctl.workflows.release import release
from promptctl.workflows.resolve import resolve
from promptctl.workflows.verify import verify
from tests.support import GitRepository, build_files, must_fail, new_repository, succeed, with_remote
from tests.versioning import LOCK, NAME, PROMPT, copy_of, entry_of, locked, opened, pushed, released, text

V1 = f"prompts/{NAME}@v1.0.0"


def three_releases(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    for word in ("zero", "one", "two"):
        released(made, {PROMPT: text(word)})
    assert verify(opened(made)).ok
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Releases 1.0.0, 1.1.0 and 1.2.0, all pushed, with the remote's tags as the releases saw them."""
    return copy_of(three_releases, tmp_path)


@pytest.fixture
def clone(repository: GitRepository, tmp_path: Path) -> GitRepository:
    """A clone that never asked the remote by itself."""
    return repository.clone(tmp_path / "clone")


def digest_of(repository: GitRepository, at: str) -> str:
    return entry_of(repository).releases[version(at)]


def here(repository: GitRepository) -> str:
    """The digest of the files in the work tree."""
    return digest(Project(WorkTree(repository.folder)).closure(NAME))


def retag(repository: GitRepository, commit: str, message: str, name: str = V1) -> None:
    repository.git("tag", "-f", "-a", "-F", "-", name, commit, stdin=message)


def kinds(repository: GitRepository) -> list[tuple[str, str | None, str | None]]:
    return [(found.kind, found.expected, found.actual) for found in verify(opened(repository)).findings]


def broken(repository: GitRepository, reference: str = f"{NAME}@1.0.0") -> str:
    """The error that reading a release raises."""
    with pytest.raises(StateError) as caught:
        resolve(opened(repository), reference)
    assert caught.value.exit_code == 3
    return str(caught.value)


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


def run_repairs(repository: GitRepository) -> None:
    """Runs the repairs of ``verify`` as they are printed until nothing is found; ``promptctl`` is on the PATH."""
    folder = repository.folder.parent / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "promptctl").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m promptctl "$@"\n')
    (folder / "promptctl").chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    for _ in range(3):
        findings = verify(opened(repository)).findings
        if not findings:
            return
        subprocess.run(["bash", "-c", findings[0].repair], cwd=repository.folder, env=environment, capture_output=True)
    assert verify(opened(repository)).findings == ()


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


def test_a_lightweight_tag(repository: GitRepository) -> None:
    commit = repository.git("rev-parse", f"{V1}^{{commit}}")
    repository.git("tag", "-f", V1, commit)
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.message) == ("tag-moved", f"{NAME} 1.0.0: the tag {V1} is not annotated")
    assert "is not annotated" in broken(repository)
    run_repairs(repository)


def test_a_tag_object_under_another_name(repository: GitRepository) -> None:
    repository.git("update-ref", f"refs/tags/{V1}", f"refs/tags/prompts/{NAME}@v1.2.0")
    assert "the tag object calls itself" in broken(repository)
    assert ("tag-moved", digest_of(repository, "1.0.0"), digest_of(repository, "1.2.0")) in kinds(repository)
    run_repairs(repository)


def test_a_tag_object_under_the_name_of_another_prompt(repository: GitRepository) -> None:
    repository.git("update-ref", "refs/tags/prompts/other@v1.0.0", f"refs/tags/{V1}")
    (found,) = verify(opened(repository)).findings
    assert (found.kind, found.prompt) == ("tag-foreign", "other")
    assert broken(repository, "other@1.0.0")
    run_repairs(repository)


@pytest.mark.parametrize("missing", ["Digest", "Path", "both"])
def test_a_tag_without_its_trailers(repository: GitRepository, missing: str) -> None:
    lines = message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")).split("\n")
    kept = [line for line in lines if not line.startswith((missing, "Digest" if missing == "both" else "-"))]
    kept = [line for line in kept if missing != "both" or not line.startswith("Path")]
    retag(repository, f"{V1}^{{commit}}", "\n".join(kept))
    assert "lacks its Digest and Path lines" in broken(repository)
    assert [kind for kind, _, _ in kinds(repository)] == ["tag-moved"]


def test_a_tag_whose_trailer_says_another_digest(repository: GitRepository) -> None:
    wrong = "sha256:" + "0" * 64
    retag(repository, f"{V1}^{{commit}}", message_text(NAME, version("1.0.0"), wrong))
    said = broken(repository)
    assert wrong in said
    assert digest_of(repository, "1.0.0") in said
    assert kinds(repository) == [("tag-moved", wrong, digest_of(repository, "1.0.0"))]


def test_a_tag_whose_trailer_names_another_prompt(repository: GitRepository) -> None:
    retag(repository, f"{V1}^{{commit}}", message_text("other", version("1.0.0"), digest_of(repository, "1.0.0")))
    assert "names prompts/other" in broken(repository)


def test_a_tag_moved_to_another_commit_with_its_old_trailer(repository: GitRepository) -> None:
    retag(repository, "HEAD", message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")))
    assert ("tag-moved", digest_of(repository, "1.0.0"), digest_of(repository, "1.2.0")) in kinds(repository)


def targets(repository: GitRepository) -> Iterator[tuple[str, str]]:
    yield "a blob", repository.git("rev-parse", f"HEAD:{PROMPT}")
    yield "a tree", repository.git("rev-parse", "HEAD^{tree}")
    yield "a commit without the prompt", repository.git("commit-tree", "-m", "x", EMPTY_TREE)


EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_a_tag_of_something_that_holds_no_prompt(repository: GitRepository) -> None:
    repository.git("hash-object", "-t", "tree", "-w", "--stdin", stdin="")
    for what, target in targets(repository):
        retag(repository, target, message_text(NAME, version("1.0.0"), digest_of(repository, "1.0.0")))
        assert [(kind, expected) for kind, expected, _ in kinds(repository)] == [
            ("tag-moved", digest_of(repository, "1.0.0"))
        ], what
        assert "cannot be trusted" in broken(repository), what
        locked(repository)


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


def test_tags_with_names_that_are_no_releases_are_nobodys(repository: GitRepository) -> None:
    for name in ("v1.0.0", "prompts/x", f"prompts/{NAME}@v01.0.0", f"prompts/{NAME}@v1.0", f"{NAME}@v1.0.0"):
        repository.git("tag", name)
    assert verify(opened(repository)).findings == ()
    assert str(resolve(opened(repository), f"{NAME}@latest").version) == "1.2.0"


def test_a_name_with_wildcards_matches_no_other_release(repository: GitRepository) -> None:
    for name in ("support/*", "*/triage", "support/triag?", "support/[t]riage", "support/triage@v1.0.0^{}"):
        ran = must_fail("show", f"{name}@1.0.0", cwd=repository.folder, code=2)
        assert "cannot name a prompt" in ran.err or "nothing is called" in ran.err


def test_a_reader_that_breaks_off_is_no_quiet_success(repository: GitRepository) -> None:
    git = opened(repository).git
    objects = Objects(git)
    commit = repository.git("rev-parse", "HEAD")
    assert objects.read(commit)
    process = objects._process
    assert process
    process.kill()
    process.wait()
    for _ in range(2):
        with pytest.raises(OutsideError, match="broke off"):
            objects.read(commit)
    objects.close()
