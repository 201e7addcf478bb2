"""Moves behind a gate: evidence lands with the move it speaks for, also when clones meet; a "no" changes nothing."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.shipping import FOLDER, NAME, done, lived, promoted, refused, remote_refs, served, shown
from tests.snapshot import changed, snap
from tests.support import STARTER, GitRepository, build_files, new_repository, with_remote
from tests.versioning import released

SETTINGS = '[repository]\ndefault_branch = "main"\n\n[environments.staging]\n\n[environments.prod]\n'
SUITE = """\
cases:
  - {name: echoed, inputs: {ticket: I was charged twice}, expect: [{contains: charged}]}
"""


def gated(folder: Path) -> None:
    """support/triage 1.0.0 with a suite that the echo model passes; both environments are gated."""
    files = STARTER | {"promptctl.toml": SETTINGS, f"prompts/{NAME}/eval.yaml": SUITE}
    released(with_remote(new_repository(folder / "work", files), folder / "origin.git"))


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return lived(gated, tmp_path)


def evidence(repository: GitRepository, revision: str = "origin/main") -> list[str]:
    paths = repository.git("ls-tree", "-r", "--name-only", revision, f"prompts/{NAME}/evidence/")
    return paths.split()


def test_evidence_lands_in_the_same_commit(repository: GitRepository) -> None:
    before = repository.git("rev-parse", "origin/main")
    ran = done(repository, "promote", NAME, "staging")
    assert "pass" in ran.out
    assert repository.git("rev-list", "--count", f"{before}..origin/main") == "1"
    assert len(evidence(repository)) == 1
    changed_paths = repository.git("diff", "--name-only", before, "origin/main").split()
    assert all(path.startswith((f"{FOLDER}/", f"prompts/{NAME}/")) for path in changed_paths)
    assert f'"file":"{evidence(repository)[0]}"' in shown(repository, f"{FOLDER}/staging/{NAME}.moves.jsonl")


def test_a_gate_that_says_no_changes_nothing(repository: GitRepository) -> None:
    done(repository, "promote", NAME, "staging")
    suite = SUITE.replace("contains: charged", "contains: refund")
    tone = {"prompts/shared/tone.j2": "Be kind.\n", f"prompts/{NAME}/eval.yaml": suite}
    released(repository, tone)
    before, there = snap(repository), remote_refs(repository)
    ran = refused(repository, "promote", NAME, "staging", code=1)
    assert "nothing was changed" in ran.out
    assert {key for key in changed(before, snap(repository)) if "promptctl/remote" not in key} == set()
    assert remote_refs(repository) == there


def test_without_a_suite_there_is_no_evidence(tmp_path: Path) -> None:
    repository = with_remote(
        new_repository(tmp_path / "work", STARTER | {"promptctl.toml": SETTINGS}), tmp_path / "origin.git"
    )
    released(repository)
    refused(repository, "promote", NAME, "staging", error="PC068")
    assert served(repository) is None


def test_one_kept_here_meets_the_same_evidence_there(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    done(clone, "plan", NAME, "prod")
    clone.git("fetch", "-q", "origin", "+refs/tags/prompts/*:refs/promptctl/remote/origin/tags/prompts/*")
    done(clone, "promote", NAME, "prod", "--no-push")
    done(repository, "promote", NAME, "staging")
    theirs = repository.git("rev-parse", f"origin/main:{evidence(repository)[0]}")
    done(clone, "promote", NAME, "prod")
    assert (served(clone), served(clone, "prod")) == ("1.0.0", "1.0.0")
    assert clone.git("rev-parse", f"origin/main:{evidence(clone)[0]}") == theirs


def race(clone: GitRepository, other: GitRepository, *arguments: str) -> None:
    """Lets another clone's command land between this clone's look at the remote and its first push."""
    command = shlex.join([sys.executable, "-m", "promptctl", *arguments])
    script = f"#!/bin/sh\nrm -f {clone.folder}/.git/hooks/pre-push\nunset GIT_DIR\ncd {other.folder} && {command} >&2\n"
    build_files(clone.folder / ".git", {"hooks/pre-push": script})
    (clone.folder / ".git/hooks/pre-push").chmod(0o755)


def test_evidence_that_another_clone_made_first_is_no_lost_race(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    race(clone, repository, "promote", NAME, "staging")
    done(clone, "promote", NAME, "prod")
    assert (served(clone), served(clone, "prod")) == ("1.0.0", "1.0.0")
    assert len(evidence(clone)) == 1


def test_the_same_pointer_moved_before_the_push_is_a_lost_race(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    race(clone, repository, "promote", NAME, "prod")
    ran = refused(clone, "promote", NAME, "prod", error="PC112")
    assert f"lost a race: Ada Tester: promote {NAME}@1.0.0 to prod" in ran.err


def test_what_others_froze_before_the_push_stays_closed(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    race(clone, repository, "freeze", "prod", "--reason", "audit")
    refused(clone, "promote", NAME, "prod", error="PC103")
    assert served(clone, "prod") is None


def test_a_rollback_needs_no_evidence_and_no_model(repository: GitRepository) -> None:
    done(repository, "promote", NAME, "staging")
    released(repository, {"prompts/shared/tone.j2": "Be kind.\n"})
    promoted(repository, "1.1.0")
    broken = {f"prompts/{NAME}/eval.yaml": "cases: 1\n"}
    repository.commit(broken)
    repository.git("push", "-q", "origin", "main")
    done(repository, "rollback", NAME, "staging", "--reason", "x")
    assert served(repository) == "1.0.0"


@pytest.mark.parametrize("against", ["gate: {against: staging}\n", ""], ids=["compared", "not compared"])
def test_a_new_name_does_not_get_around_what_is_served_by_the_old_one(repository: GitRepository, against: str) -> None:
    released(repository, {f"prompts/{NAME}/eval.yaml": against + SUITE})
    done(repository, "promote", NAME, "staging")
    repository.git("pull", "-q")
    repository.git("mv", f"prompts/{NAME}", "prompts/support/router")
    path = repository.folder / "prompts/support/router/prompt.yaml"
    path.write_text(f"formerly: [{NAME}]\n{path.read_text()}")
    less = (against + SUITE).replace("contains: charged", "contains: I")
    released(repository, {"prompts/support/router/eval.yaml": less})
    ran = refused(repository, "promote", "support/router", "staging", code=1)
    assert "suite-weakened: the case 'echoed' lost or changed contains; " in ran.out
    assert ("compared with staging (1.0.0)" if against else "no baseline is asked for") in ran.out
