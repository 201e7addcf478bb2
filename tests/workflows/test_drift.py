"""``drift``: each kind of disagreement of files, lock, tags and evidence is found, with both digests and a repair."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.drifting import findings, live_everywhere, only, pushed, released_digest, repaired
from tests.shipping import (
    NAME,
    OTHER,
    done,
    hint,
    line,
    promoted,
    refused,
    run,
    shell,
)
from tests.snapshot import changed, snap
from tests.support import SETTINGS, GitRepository
from tests.versioning import plain, released, text

PROMPT = f"prompts/{NAME}/prompt.yaml"
LOCK = "prompts/prompts.lock"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return live_everywhere(tmp_path)


def test_without_drift_it_says_what_it_read(repository: GitRepository) -> None:
    before = snap(repository)
    short = repository.git("rev-parse", "--short=7", "origin/main")
    assert done(repository, "drift").out == f"0 errors, 0 notices (read main at {short}; policy of main at {short})\n"
    assert changed(before, snap(repository)) == set()


def test_modified(repository: GitRepository) -> None:
    (repository.folder / PROMPT).write_text(text("some queue"))
    found = only(repository, "modified")
    assert found["expected"] == released_digest(repository, "1.2.0")
    assert found["actual"] not in (None, found["expected"])
    assert found["repair"] == "promptctl lock"


def test_unlocked(repository: GitRepository) -> None:
    (repository.folder / "prompts/new").mkdir()
    (repository.folder / "prompts/new/prompt.yaml").write_text(plain())
    assert only(repository, "unlocked")["prompt"] == "new"


def test_orphaned(repository: GitRepository) -> None:
    shutil.rmtree(repository.folder / "prompts/text")
    found = only(repository, "orphaned")
    assert (found["prompt"], found["actual"]) == (OTHER, None)
    assert found["expected"]


def test_unreadable(repository: GitRepository) -> None:
    (repository.folder / PROMPT).write_text("model: [\n")
    found = only(repository, "unreadable")
    assert f"{PROMPT}:" in found["message"]


def test_a_link_below_prompts_is_unreadable(repository: GitRepository) -> None:
    (repository.folder / "prompts/link").symlink_to("shared")
    assert only(repository, "unreadable")["repair"] == "promptctl lint"


@pytest.mark.parametrize("content", ["{", "<<<<<<< ours\n", b"\xff", "{}"], ids=["json", "markers", "bytes", "shape"])
def test_lock_broken(repository: GitRepository, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (repository.folder / LOCK).write_bytes(data)
    ran = run(repository, "drift", "--json")
    assert (ran.code, [found["kind"] for found in ran.data["findings"]]) == (1, ["lock-broken"])
    assert any("not judged" in note for note in ran.data["notes"])


def test_lock_broken_on_main(repository: GitRepository) -> None:
    good = (repository.folder / LOCK).read_text()
    pushed(repository, {LOCK: "{"})
    (repository.folder / LOCK).write_text(good)
    assert only(repository, "lock-broken")["message"].startswith("the lock is not valid JSON")


def test_lock_broken_by_a_release_with_another_digest(repository: GitRepository) -> None:
    lock, wanted = (repository.folder / LOCK).read_text(), released_digest(repository, "1.2.0")
    forged = lock.replace(f'"1.2.0": "{wanted}"', f'"1.2.0": "sha256:{"0" * 64}"')
    assert forged != lock
    (repository.folder / LOCK).write_text(forged)
    found = next(one for one in findings(repository) if one["kind"] == "lock-broken")
    assert {found["expected"], found["actual"]} == {wanted, "sha256:" + "0" * 64}


def moved_tag(repository: GitRepository) -> tuple[str, str]:
    """1.0.0 made anew at 1.1.0's commit, with a fitting trailer; both digests."""
    digests = released_digest(repository, "1.0.0"), released_digest(repository, "1.1.0")
    message = f"{NAME} 1.0.0\n\nDigest: {digests[1]}\nPath: prompts/{NAME}\n"
    target = repository.git("rev-parse", f"prompts/{NAME}@v1.1.0^{{commit}}")
    repository.git("tag", "-f", "-am", message, f"prompts/{NAME}@v1.0.0", target)
    return digests


def test_tag_moved_here(repository: GitRepository) -> None:
    old, new = moved_tag(repository)
    found = findings(repository)
    assert {one["kind"] for one in found} == {"tag-moved"}
    assert any({one["expected"], one["actual"]} == {old, new} for one in found)
    shell(repository, found[0]["repair"].replace("promptctl", "true"))
    assert findings(repository, 0) == []


def test_tag_moved_on_the_remote_is_found_by_a_clone(repository: GitRepository, tmp_path: Path) -> None:
    moved_tag(repository)
    repository.git("push", "-q", "-f", "origin", f"refs/tags/prompts/{NAME}@v1.0.0")
    clone = repository.clone(tmp_path / "clone")
    assert {one["kind"] for one in findings(clone)} == {"tag-moved"}


def test_tag_foreign(repository: GitRepository) -> None:
    digest = released_digest(repository, "1.2.0")
    message = f"{NAME} 7.0.0\n\nDigest: {digest}\nPath: prompts/{NAME}\n"
    repository.git("tag", "-am", message, f"prompts/{NAME}@v7.0.0")
    assert only(repository, "tag-foreign")["actual"] == digest


def test_tag_missing(repository: GitRepository) -> None:
    for version in ("1.0.0",):
        repository.git("push", "-q", "origin", f":refs/tags/prompts/{NAME}@v{version}")
        repository.git("tag", "-d", f"prompts/{NAME}@v{version}")
    done(repository, "release", "--no-push")
    repository.git("tag", "-d", f"prompts/{NAME}@v1.0.0")
    found = only(repository, "tag-missing")
    assert found["version"] == "1.0.0"
    repaired(repository, found)


def test_unreleased(repository: GitRepository) -> None:
    (repository.folder / PROMPT).write_text(text("some queue"))
    done(repository, "lock")
    assert only(repository, "unreleased")["version"] == "1.3.0"


def test_unused(tmp_path: Path) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.2.0")
    assert only(repository, "unused")["prompt"] == OTHER


def test_hotfix(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "hotfix/triage", f"prompts/{NAME}@v1.2.0")
    (repository.folder / PROMPT).write_text(text("the right queue"))
    done(repository, "lock", "--bump", "patch")
    repository.commit(message="hotfix")
    repository.git("push", "-q", "origin", "hotfix/triage")
    done(repository, "release")
    repository.git("switch", "-q", "main")
    promoted(repository, "1.2.1")
    assert only(repository, "hotfix")["version"] == "1.2.1"
    done(repository, "lock")
    repository.commit(message="lock")
    repository.git("push", "-q", "origin", "main")
    assert findings(repository, 0) == []


def test_evidence_stale(repository: GitRepository) -> None:
    pushed(repository, {"promptctl.toml": SETTINGS.replace('after = "staging"\ngate = false', 'after = "staging"')})
    found = findings(repository, 0)
    assert [(one["kind"], one["environment"], one["prompt"]) for one in found] == [
        ("evidence-stale", "prod", NAME),
        ("evidence-stale", "prod", OTHER),
    ]
    assert found[0]["expected"] == released_digest(repository, "1.2.0")


def test_a_version_that_was_withdrawn_while_it_is_served(repository: GitRepository) -> None:
    done(repository, "retire", f"{NAME}@1.2.0", "--reason", "leaks addresses")
    repository.commit(message="retire")
    repository.git("push", "-q", "origin", "main")
    served = [one for one in findings(repository, 0) if one["kind"] == "retired-served"]
    assert [(one["environment"], one["message"]) for one in served] == [
        (environment, f"{NAME} 1.2.0 is retired: leaks addresses") for environment in ("prod", "staging")
    ]


def shallow(repository: GitRepository, folder: Path, *options: str) -> GitRepository:
    origin = repository.git("remote", "get-url", "origin")
    repository.git("clone", "-q", "--depth=1", *options, f"file://{origin}", str(folder))
    return GitRepository(folder)


def test_a_shallow_clone_says_what_to_fetch_and_the_line_works(repository: GitRepository, tmp_path: Path) -> None:
    clone = shallow(repository, tmp_path / "clone")
    ran = refused(clone, "drift", error="PC094")
    shell(clone, hint(ran))
    assert findings(clone, 0) == []


def test_with_tags_but_without_history_nothing_is_called_well(repository: GitRepository, tmp_path: Path) -> None:
    clone = shallow(repository, tmp_path / "clone")
    clone.git("fetch", "-q", "--depth=1", "origin", "+refs/tags/prompts/*:refs/tags/prompts/*")
    ran = refused(clone, "drift", error="PC093")
    shell(clone, hint(ran))
    assert findings(clone, 0) == []


def test_what_a_shallow_clone_can_find_it_tells(repository: GitRepository, tmp_path: Path) -> None:
    clone = shallow(repository, tmp_path / "clone")
    clone.git("fetch", "-q", "--depth=1", "origin", "+refs/tags/prompts/*:refs/tags/prompts/*")
    (clone.folder / PROMPT).write_text(text("some queue"))
    ran = run(clone, "drift", "--json")
    assert [one["kind"] for one in ran.data["findings"]] == ["modified"]
    assert any("shallow" in note for note in ran.data["notes"])


def test_a_hotfix_is_not_called_foreign_for_lack_of_history(repository: GitRepository, tmp_path: Path) -> None:
    released(repository, {PROMPT: text("some queue")})
    clone = shallow(repository, tmp_path / "clone")
    refused(clone, "drift")
