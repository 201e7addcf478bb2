"""The gate of a promotion: which evidence counts, what is made and lands, what no author can talk it out of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import FOLDER, GATED, NAME, PROMPT, Registry, cases, registry
from tests.servers import status
from tests.shipping import hint
from tests.snapshot import changed, snap
from tests.support import build_files

SUITE = cases("ok one", "ok two")
SECOND = PROMPT.replace("{{ ticket }}", "{{ ticket }} again")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE) as found:
        yield found


def forget_cache(it: Registry) -> None:
    it.cache.close()
    it.cache.path.unlink(missing_ok=True)


# Evidence that counts.


def test_committed_evidence_is_scored_again_and_nobody_is_asked(it: Registry) -> None:
    it.commit_evidence()
    assert it.asked == 2
    forget_cache(it)
    before = it.landed()
    moved = it.promoted("1.0.0")
    assert it.asked == 0
    assert moved["gate"].startswith("pass: 2 of 2 cases pass")
    assert it.landed() == before
    (move,) = it.moves()
    assert move["evidence"]["outcome"] == "pass"
    assert move["evidence"]["file"].removeprefix(f"{FOLDER}/") in before
    assert move["notes"] == []


def test_an_environment_without_a_gate_takes_none(it: Registry) -> None:
    assert it.promoted("1.0.0", "staging")["gate"] is None
    assert it.asked == 0
    (move,) = it.moves("staging")
    assert (move["evidence"], move["notes"]) == (None, ["no gate"])


@pytest.mark.parametrize("how", ["squash", "rebase", "renamed branch"])
def test_evidence_counts_by_content_whatever_became_of_its_commits(it: Registry, how: str) -> None:
    git = it.repository.git
    git("switch", "-qc", "feature/tone")
    it.write({"prompt.yaml": SECOND})
    it.repository.commit(message="words")
    it.done("eval")
    it.repository.commit(message="evidence")
    assert it.asked == 2
    it.done("lock")
    it.repository.commit(message="lock")
    if how == "renamed branch":
        git("branch", "-m", "feature/other")
    git("switch", "-q", "main")
    it.repository.commit({"README.md": "meanwhile"}, "meanwhile")
    if how == "squash":
        git("merge", "-q", "--squash", "feature/tone")
        git("commit", "-qm", "words (#1)")
    elif how == "rebase":
        git("rebase", "-q", "main", "feature/tone")
        git("switch", "-q", "main")
        git("merge", "-q", "--ff-only", "feature/tone")
    else:
        git("merge", "-q", "--no-ff", "-m", "merge", "feature/other")
    git("push", "-q")
    it.done("release")
    forget_cache(it)
    it.promoted("1.1.0")
    assert it.asked == 0


def test_evidence_in_the_versions_own_commit_counts(it: Registry) -> None:
    it.write({"prompt.yaml": SECOND})
    it.done("eval")
    it.release()
    it.repository.git("rm", "-rq", f"{FOLDER}/evidence", f"{FOLDER}/replies")
    it.repository.commit(message="tidy")
    it.repository.git("push", "-q")
    forget_cache(it)
    assert it.asked == 2
    it.promoted("1.1.0")
    assert it.asked == 0
    assert it.landed() == {}


def test_evidence_on_the_default_branch_counts(it: Registry) -> None:
    it.commit_evidence()
    it.repository.git("switch", "-q", "--detach", "HEAD~1")
    assert it.kept() == {}
    forget_cache(it)
    assert it.asked == 2
    it.promoted("1.0.0")
    assert it.asked == 0


def test_evidence_on_a_state_branch_of_its_own_counts(it: Registry) -> None:
    settings = (GATED % it.server.url).replace("[repository]", '[repository]\nstate = "promptctl/state"')
    it.repository.commit({"promptctl.toml": settings}, "settings")
    it.repository.git("push", "-q")
    it.promoted("1.0.0")
    it.done("remove", NAME, "prod", "--reason", "again")
    assert it.kept() == {}
    assert it.landed() == {}
    forget_cache(it)
    assert it.asked == 2
    it.promoted("1.0.0")
    assert it.asked == 0


def test_evidence_of_the_work_tree_lands_with_its_replies(tmp_path: Path) -> None:
    """Others have to be able to score again what a pointer rests on."""
    with registry(tmp_path, SUITE) as it:
        it.repository.git("switch", "-qc", "elsewhere")
        it.done("eval")
        assert it.landed() == {}
        before = snap(it.repository)
        it.promoted("1.0.0")
        assert it.asked == 2
        assert it.landed() == {name: data.decode().rstrip("\n") for name, data in it.kept().items()}
        assert {key for key in changed(before, snap(it.repository)) if not key.startswith("ref ")} == set()


def test_evidence_not_yet_committed_on_the_state_branch_itself_lands_too(it: Registry) -> None:
    it.done("eval")
    it.promoted("1.0.0")
    assert it.asked == 2
    assert it.landed() == {name: data.decode().rstrip("\n") for name, data in it.kept().items()}
    assert it.repository.git("status", "--porcelain") == ""


def test_further_evidence_not_yet_committed_on_the_state_branch_lands_too(it: Registry) -> None:
    it.commit_evidence()
    it.done("eval", "--replies", "live")
    build_files(it.folder, {"promptctl.toml": (it.folder / "promptctl.toml").read_text() + "\n# mine\n"})
    it.promoted("1.0.0")
    assert it.asked == 4
    assert it.landed() == {name: data.decode().rstrip("\n") for name, data in it.kept().items()}
    assert it.repository.git("status", "--porcelain") == "M promptctl.toml"


def test_evidence_that_was_staged_otherwise_is_in_the_way(it: Registry) -> None:
    it.done("eval")
    (path,) = (it.folder / FOLDER / "evidence").iterdir()
    written = path.read_bytes()
    path.write_text("staged")
    it.repository.git("add", str(path))
    path.write_bytes(written)
    before = snap(it.repository)
    ran = it.refused("promote", f"{NAME}@1.0.0", "prod", code=3, error="PC111")
    assert hint(ran) == "commit or stash these files first"
    after = snap(it.repository)
    assert {key for key in changed(before, after) if not key.startswith("ref refs/remotes/")} == set()


# Evidence that is missing is made.


def test_missing_evidence_is_made_and_lands_in_the_same_commit(it: Registry) -> None:
    it.repository.git("switch", "-qc", "feature/other")
    build_files(it.folder, {"notes.txt": "mine", f"{FOLDER}/prompt.yaml": "in the middle of: [writing"})
    before = snap(it.repository)
    it.promoted("1.0.0")
    assert it.asked == 2
    assert sorted(name.partition("/")[0] for name in it.landed()) == ["evidence", "replies"]
    paths = it.repository.git("diff", "--name-only", "origin/main^", "origin/main").split()
    assert len(paths) == 4
    assert {key for key in changed(before, snap(it.repository)) if not key.startswith("ref ")} == set()
    assert it.repository.git("rev-parse", "main") == it.repository.git("rev-parse", "origin/main")


def test_the_next_promotion_of_it_asks_nobody(it: Registry) -> None:
    it.promoted("1.0.0")
    it.done("remove", NAME, "prod", "--reason", "again")
    forget_cache(it)
    assert it.asked == 2
    it.promoted("1.0.0")
    assert it.asked == 0


def test_the_state_branch_checked_out_gets_the_evidence_too(it: Registry) -> None:
    it.promoted("1.0.0")
    assert {name: data.decode().rstrip("\n") for name, data in it.kept().items()} == it.landed()
    assert it.repository.git("status", "--porcelain") == ""


def test_evidence_whose_replies_are_gone_counts_as_missing(it: Registry) -> None:
    it.done("eval")
    (replies,) = (it.folder / FOLDER / "replies").iterdir()
    replies.unlink()
    it.repository.commit(message="evidence without replies")
    it.repository.git("push", "-q")
    forget_cache(it)
    assert it.asked == 2
    it.promoted("1.0.0")
    assert it.asked == 2
    assert sorted(name.partition("/")[0] for name in it.landed()) == ["evidence", "replies"]


def test_without_a_key_missing_evidence_is_exit_3_and_nothing_changes(it: Registry) -> None:
    del it.environment["RELAY_KEY"]
    before = snap(it.repository)
    ran = it.refused("promote", f"{NAME}@1.0.0", "prod", code=3, error="PC065")
    assert "no kept reply for 2 cases of support/triage@1.0.0 (ok one, ok two)" in ran.err
    assert hint(ran) == "set RELAY_KEY, or use --replies recorded"
    assert changed(before, snap(it.repository)) == set()
    assert it.asked == 0


def test_answers_with_errors_refuse_and_leave_nothing(it: Registry) -> None:
    it.server.always = status(400, "no")
    before = snap(it.repository)
    ran = it.refused("promote", f"{NAME}@1.0.0", "prod", code=1)
    assert "fail: 2 of 2 answers ended in an error (ok one: relay " in ran.out
    assert "nothing was changed" in ran.out
    assert changed(before, snap(it.repository)) == set()


def test_no_suite_is_exit_3_with_the_line_that_writes_one(tmp_path: Path) -> None:
    with registry(tmp_path, None) as it:
        ran = it.refused("promote", f"{NAME}@1.0.0", "prod", code=3, error="PC068")
        assert hint(ran) == "promptctl new --suite support/triage, then lock and release again"
        assert it.run("plan", f"{NAME}@1.0.0", "prod").code == 1
        assert it.promoted("1.0.0", "staging")["gate"] is None
