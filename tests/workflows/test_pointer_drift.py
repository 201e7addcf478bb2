"""``drift`` of pointers: forged, lost and rewound ones are found, and the printed repair repairs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drifting import findings, live_everywhere, only, pushed, released_digest, repaired
from tests.shipping import (
    NAME,
    OTHER,
    STATE_BRANCH,
    done,
    line,
    moves_file,
    pointer_file,
    promoted,
    run,
    served,
    shell,
)
from tests.support import SETTINGS, GitRepository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return live_everywhere(tmp_path)


def test_pointer_dangling(repository: GitRepository) -> None:
    tag = f"prompts/{NAME}@v1.2.0"
    repository.git("tag", "-d", tag)
    repository.git("for-each-ref", "--format=delete %(refname)", "refs/promptctl/remote")
    repository.git("update-ref", "-d", f"refs/promptctl/remote/origin/tags/{tag}")
    found = [one for one in findings(repository) if one["kind"] == "pointer-dangling"]
    assert [one["environment"] for one in found] == ["prod", "staging"]
    assert found[0]["expected"]
    repaired(repository, found[0])


def test_pointer_dangling_without_any_witness(repository: GitRepository) -> None:
    forged = (repository.folder / pointer_file()).read_text().replace("version: 1.2.0", "version: 4.0.0")
    pushed(repository, {pointer_file(): forged})
    found = {one["kind"]: one for one in findings(repository)}
    assert found.keys() == {"pointer-dangling", "pointer-broken"}
    repaired(repository, found["pointer-broken"])
    assert served(repository) == "1.2.0"


def test_pointer_digest(repository: GitRepository) -> None:
    wanted = released_digest(repository, "1.2.0")
    forged = "sha256:" + "0" * 64
    pointer = (repository.folder / pointer_file()).read_text()
    pushed(repository, {pointer_file(): pointer.replace(wanted, forged, 1)})
    found = {one["kind"]: one for one in findings(repository)}
    assert found.keys() == {"pointer-digest", "pointer-broken"}
    for one in found.values():
        assert {one["expected"], one["actual"]} == {forged, wanted}
    repaired(repository, found["pointer-digest"])


def test_pointer_rewound_by_a_revert(repository: GitRepository) -> None:
    promoted(repository, "1.0.0")
    repository.git("revert", "--no-edit", "HEAD")
    repository.git("push", "-q", "origin", "main")
    found = only(repository, "pointer-rewound")
    assert (found["environment"], "serial 3" in found["message"], "knows 4" in found["message"]) == (
        "staging",
        True,
        True,
    )
    repaired(repository, found)
    assert served(repository) == "1.2.0"


def test_pointer_rewound_by_putting_the_file_back(repository: GitRepository) -> None:
    promoted(repository, "1.0.0")
    repository.git("checkout", "-q", "HEAD^", "--", pointer_file())
    pushed(repository)
    found = only(repository, "pointer-rewound")
    assert {found["expected"], found["actual"]} == {released_digest(repository, v) for v in ("1.0.0", "1.2.0")}
    repaired(repository, found)
    assert served(repository) == "1.0.0"


def test_pointer_rewound_behind_a_merge(repository: GitRepository) -> None:
    """A merge that keeps the old side leaves no trace on the first-parent line."""
    repository.git("switch", "-qc", "old")
    repository.git("switch", "-q", "main")
    promoted(repository, "1.0.0")
    repository.git("switch", "-q", "old")
    repository.commit({"x": "1"})
    repository.git("merge", "-q", "-s", "ours", "-m", "merge", "main")
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "--ff-only", "old")
    repository.git("push", "-q", "origin", "main")
    assert only(repository, "pointer-rewound")["environment"] == "staging"


def test_pointer_rewound_when_a_first_promotion_is_reverted(tmp_path: Path) -> None:
    repository = line(tmp_path)
    done(repository, "promote", OTHER, "staging")
    promoted(repository, "1.2.0")
    repository.git("revert", "--no-edit", "HEAD")
    repository.git("push", "-q", "origin", "main")
    found = next(one for one in findings(repository) if one["level"] == "error")
    assert found["kind"] == "pointer-rewound"
    shell(repository, found["repair"])
    assert findings(repository, 0) == []
    assert served(repository) == "1.2.0"


@pytest.mark.parametrize("own", [False, True])
def test_pointer_rewound_by_force_to_before_its_first_move(tmp_path: Path, own: bool) -> None:
    repository = line(tmp_path, STATE_BRANCH if own else SETTINGS)
    branch = "promptctl/state" if own else "main"
    done(repository, "promote", OTHER, "staging")
    promoted(repository, "1.2.0")
    repository.git("push", "-q", "--force", "origin", f"origin/{branch}~1:{branch}")
    assert run(repository, "fetch").code == 1
    repaired(repository, next(one for one in findings(repository) if one["level"] == "error"))
    assert served(repository) == "1.2.0"


def test_pointer_broken_that_no_move_made(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    made = (repository.folder / pointer_file()).read_text()
    pushed(repository, {pointer_file("prod"): made})
    found = next(one for one in findings(repository) if one["level"] == "error")
    assert (found["kind"], found["environment"]) == ("pointer-broken", "prod")
    done(repository, *found["repair"].split()[1:])
    assert not [one for one in findings(repository, 0) if one["level"] == "error"]
    assert served(repository, "prod") is None


def test_pointer_rewound_when_a_remove_is_reverted(repository: GitRepository) -> None:
    done(repository, "remove", NAME, "prod", "--reason", "not used")
    assert findings(repository, 0) == []
    repository.git("revert", "--no-edit", "HEAD")
    repository.git("push", "-q", "origin", "main")
    repaired(repository, only(repository, "pointer-rewound"))


def test_pointer_broken_by_an_edited_move(repository: GitRepository) -> None:
    moves = (repository.folder / moves_file()).read_text()
    pushed(repository, {moves_file(): moves.replace("Ada Tester", "Eve", 1)})
    found = only(repository, "pointer-broken")
    assert f"{moves_file()}:2" in found["message"]
    repaired(repository, found)


def test_pointer_broken_on_a_state_branch_of_its_own_is_repaired_there(tmp_path: Path) -> None:
    repository = line(tmp_path, STATE_BRANCH)
    promoted(repository, "1.0.0", "1.1.0")
    done(repository, "promote", OTHER, "staging")
    repository.git("switch", "-q", "promptctl/state")
    moves = (repository.folder / moves_file()).read_text()
    repository.commit({moves_file(): moves.replace("Ada Tester", "Eve", 1)}, "by hand")
    repository.git("push", "-q", "origin", "promptctl/state")
    repository.git("switch", "-q", "main")
    repaired(repository, only(repository, "pointer-broken"))


def test_pointer_broken_by_a_malformed_file(repository: GitRepository) -> None:
    pushed(repository, {pointer_file(): "version: 1\n"})
    found = findings(repository)[0]
    assert found["kind"] == "pointer-broken"
    repaired(repository, found)


def test_pointer_broken_by_another_prompts_pointer(repository: GitRepository) -> None:
    pushed(repository, {pointer_file(name=OTHER): (repository.folder / pointer_file()).read_text()})
    found = only(repository, "pointer-broken")
    assert f"belongs to {NAME}, not to {OTHER}" in found["message"]
    repaired(repository, found)


def test_pointer_broken_when_the_file_is_gone(repository: GitRepository) -> None:
    (repository.folder / pointer_file()).unlink()
    pushed(repository)
    found = only(repository, "pointer-broken")
    repaired(repository, found)
    assert served(repository) == "1.2.0"


def test_a_broken_pointer_does_not_hide_another(repository: GitRepository) -> None:
    pushed(repository, {pointer_file(): "x", pointer_file("prod"): "x", pointer_file("prod", OTHER): "x"})
    broken = [one for one in findings(repository) if one["kind"] == "pointer-broken"]
    assert len(broken) == 3
