"""The past of a prompt in one line of time, approvals among it."""

from __future__ import annotations

from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.answers import timeline as answers
from promptctl.workflows.timeline import timeline
from tests.shipping import NAME, done, line
from tests.support import SETTINGS

UNSIGNED = SETTINGS.replace('after = "staging"', 'after = "staging"\napprovals_signed = false')


def test_releases_approvals_and_moves_are_told_newest_first(tmp_path: Path) -> None:
    repository = line(tmp_path, UNSIGNED, staged=("1.0.0", "1.1.0"))
    done(repository, "rollback", NAME, "staging", "--reason", "too slow")
    somebody = {"GIT_COMMITTER_NAME": "Bea", "GIT_COMMITTER_EMAIL": "bea@example.org"}
    done(repository, "approve", f"{NAME}@1.0.0", "prod", "--reason", "I read it", **somebody)
    found = timeline(Repository(repository.folder), NAME)
    told = answers.data(found.told)
    assert [it["at"] for it in told] == sorted((it["at"] for it in told), reverse=True)
    kinds = [(it["kind"], it["environment"], it["version"]) for it in told]
    assert sorted(kinds, key=str) == sorted(
        [
            ("approval", "prod", "1.0.0"),
            ("rollback", "staging", "1.0.0"),
            ("promote", "staging", "1.1.0"),
            ("promote", "staging", "1.0.0"),
            *(("release", None, version) for version in ("1.2.0", "1.1.0", "1.0.0")),
        ],
        key=str,
    )
    approval = next(it for it in told if it["kind"] == "approval")
    assert approval["reason"] == "I read it"
    assert approval["by"] == "Bea <bea@example.org>"
    assert kinds.index(("rollback", "staging", "1.0.0")) < kinds.index(("promote", "staging", "1.1.0"))
    assert len({frozenset(it) for it in told}) == 1
