"""``rollback`` is always there: a step back, two steps, a named version, without gate, network or sound prompts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.shipping import NAME, done, hint, line, moves_file, pointer_file, promoted, refused, served, shell, shown
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files

WHY = ("--reason", "wrong queue")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Staging served 1.0.0, 1.1.0 and now 1.2.0."""
    return line(tmp_path, staged=("1.0.0", "1.1.0", "1.2.0"))


def back(repository: GitRepository, reference: str = NAME, *options: str) -> str | None:
    done(repository, "rollback", reference, "staging", *WHY, *options)
    return served(repository)


def last_move(repository: GitRepository) -> dict[str, object]:
    found: dict[str, object] = json.loads(shown(repository, moves_file()).splitlines()[-1])
    return found


def test_one_step_back(repository: GitRepository) -> None:
    ran = done(repository, "rollback", NAME, "staging", *WHY)
    assert f"{NAME} in staging: 1.2.0 -> 1.1.0" in ran.out
    move = last_move(repository)
    assert (move["kind"], move["version"], move["from"], move["reason"]) == (
        "rollback",
        "1.1.0",
        "1.2.0",
        "wrong queue",
    )
    assert move["serial"] == 4
    assert shown(repository, pointer_file()).split("serial: ")[1].startswith("4")


def test_twice_is_two_steps(repository: GitRepository) -> None:
    assert [back(repository), back(repository)] == ["1.1.0", "1.0.0"]


def test_a_promotion_after_a_rollback_is_what_the_next_one_leaves(repository: GitRepository) -> None:
    back(repository)
    back(repository)
    promoted(repository, "1.2.0")
    assert back(repository) == "1.0.0"


def test_a_named_version_that_was_live(repository: GitRepository) -> None:
    assert back(repository, f"{NAME}@1.0.0") == "1.0.0"
    assert back(repository, f"{NAME}@1.2.0") == "1.2.0"
    assert back(repository) == "1.0.0"


def test_a_version_that_was_never_live_is_refused(tmp_path: Path) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.0.0", "1.2.0")
    ran = refused(repository, "rollback", f"{NAME}@1.1.0", "staging", *WHY, error="PC109")
    assert hint(ran) == f"promptctl promote {NAME}@1.1.0 staging"
    refused(repository, "rollback", f"{NAME}@9.9.9", "staging", *WHY, error="PC109")


def test_nothing_to_go_back_to_gives_the_remove_line_which_works(repository: GitRepository) -> None:
    back(repository)
    back(repository)
    before = snap(repository)
    ran = refused(repository, "rollback", NAME, "staging", *WHY, error="PC110")
    assert changed(before, snap(repository)) == set()
    assert hint(ran) == f"promptctl remove {NAME} staging --reason …"
    done(repository, *hint(ran).split()[1:])
    assert served(repository) is None


def test_never_served_is_refused(repository: GitRepository) -> None:
    refused(repository, "rollback", NAME, "prod", *WHY, error="PC110")


@pytest.mark.parametrize("name", ["support/triag", "../x", "x*", f"{NAME}@latest", f"{NAME}@main", ""])
def test_what_names_nothing_is_a_usage_error(repository: GitRepository, name: str) -> None:
    refused(repository, "rollback", name, "staging", *WHY, code=2)


def retire(repository: GitRepository, version: str) -> None:
    done(repository, "retire", f"{NAME}@{version}", "--reason", "leaks addresses")
    repository.commit(message="retire")
    repository.git("push", "-q", "origin", "main")


def test_retired_versions_are_skipped(repository: GitRepository) -> None:
    retire(repository, "1.1.0")
    assert back(repository) == "1.0.0"


def test_when_all_before_are_retired_there_is_nothing_to_go_back_to(repository: GitRepository) -> None:
    retire(repository, "1.1.0")
    retire(repository, "1.0.0")
    refused(repository, "rollback", NAME, "staging", *WHY, error="PC110")


def test_a_named_retired_version_is_served_with_a_warning(repository: GitRepository) -> None:
    retire(repository, "1.1.0")
    ran = done(repository, "rollback", f"{NAME}@1.1.0", "staging", *WHY)
    assert "warning: 1.1.0 is retired: leaks addresses" in ran.err
    assert served(repository) == "1.1.0"


@pytest.mark.parametrize(
    "broken",
    [
        {f"prompts/{NAME}/prompt.yaml": "model: [\n"},
        {"prompts/prompts.lock": "<<<<<<< ours\n"},
        {"prompts/prompts.lock": b"\xff\xfe"},
        {"prompts/shared/tone.j2": "{% if %}"},
        {f"prompts/{NAME}/eval.yaml": "cases: 1\n"},
    ],
    ids=["prompt", "lock", "lock bytes", "partial", "suite"],
)
def test_broken_files_on_main_do_not_stop_it(repository: GitRepository, broken: dict[str, str | bytes]) -> None:
    repository.commit(broken, "break it")
    repository.git("push", "-q", "origin", "main")
    assert back(repository) == "1.1.0"


def test_a_prompt_that_is_gone_from_main_can_be_rolled_back(repository: GitRepository) -> None:
    shutil.rmtree(repository.folder / "prompts/support")
    repository.commit(message="remove the prompt")
    repository.git("push", "-q", "origin", "main")
    assert back(repository) == "1.1.0"


def test_it_asks_the_remote_for_nothing_but_the_push(repository: GitRepository, tmp_path: Path) -> None:
    """Another move landed since the last fetch: only the refused push makes this clone look."""
    clone = repository.clone(tmp_path / "clone")
    done(clone, "promote", f"{NAME}@1.2.0", "prod")
    repository.git("config", "remote.origin.uploadpack", str(tmp_path / "no-upload-pack"))
    assert back(clone) == "1.1.0"
    repository.git("config", "--unset", "remote.origin.uploadpack")
    repository.git("config", "remote.origin.uploadpack", "git-upload-pack")


def test_with_the_remote_away_it_is_recorded_and_said_not_to_be_live(repository: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    ran = refused(repository, "rollback", NAME, "staging", *WHY, code=4, error="PC113")
    kept = repository.git("rev-parse", "refs/promptctl/unsent/main")
    assert f"recorded here ({kept[:7]}), not live" in ran.err
    (tmp_path / "away.git").rename(tmp_path / "origin.git")
    assert "sent what was recorded here before" in done(repository, "rollback", NAME, "staging", *WHY).out
    assert served(repository) == "1.1.0"


def test_it_goes_on_above_what_others_moved_meanwhile_elsewhere(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    done(repository, "promote", "text/summary", "staging")
    done(clone, "rollback", NAME, "staging", *WHY)
    assert (served(clone), served(clone, name="text/summary")) == ("1.1.0", "1.0.0")


def test_what_others_moved_meanwhile_is_a_lost_race(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    back(repository)
    ran = refused(clone, "rollback", NAME, "staging", *WHY, error="PC112")
    assert f"Ada Tester: roll back {NAME} in staging to 1.1.0" in ran.err


def test_a_removed_prompt_is_served_again(repository: GitRepository) -> None:
    done(repository, "remove", NAME, "staging", *WHY)
    ran = done(repository, "rollback", NAME, "staging", *WHY)
    assert f"{NAME} in staging: nothing -> 1.2.0" in ran.out


def test_removed_and_promoted_again_goes_back_beyond_the_remove(repository: GitRepository) -> None:
    done(repository, "remove", NAME, "staging", *WHY)
    promoted(repository, "1.2.0")
    assert back(repository) == "1.1.0"


def test_what_is_live_already_is_nothing_to_do(repository: GitRepository) -> None:
    before = snap(repository)
    ran = done(repository, "rollback", f"{NAME}@1.2.0", "staging", *WHY)
    assert ran.out == f"{NAME} in staging: 1.2.0 already\nnothing to do\n"
    assert changed(before, snap(repository)) == set()


def test_a_reverted_promotion_is_written_anew(repository: GitRepository) -> None:
    repository.git("revert", "--no-edit", "HEAD")
    repository.git("push", "-q", "origin", "main")
    assert back(repository, f"{NAME}@1.1.0") == "1.1.0"
    assert last_move(repository)["serial"] == 4


def test_an_unreadable_pointer_is_written_anew(repository: GitRepository) -> None:
    repository.commit({pointer_file(): "not: [a pointer\n"}, "break it")
    repository.git("push", "-q", "origin", "main")
    assert back(repository) == "1.1.0"


def test_a_broken_chain_of_moves_is_not_built_on(repository: GitRepository) -> None:
    moves = (repository.folder / moves_file()).read_text()
    repository.commit({moves_file(): moves.replace("1.0.0", "1.1.0", 1)}, "forge")
    repository.git("push", "-q", "origin", "main")
    refused(repository, "rollback", NAME, "staging", *WHY, code=2, error="PC017")


def test_a_forged_tag_is_not_gone_back_to(repository: GitRepository) -> None:
    tag = f"prompts/{NAME}@v1.1.0"
    repository.git("tag", "-f", "-am", "forged", tag, f"prompts/{NAME}@v1.0.0^{{commit}}")
    refused(repository, "rollback", NAME, "staging", *WHY, error="PC097")


def test_a_clone_without_tags_says_what_to_fetch(repository: GitRepository, tmp_path: Path) -> None:
    clone = GitRepository(tmp_path / "clone")
    repository.git("clone", "-q", "--depth=1", f"file://{tmp_path}/origin.git", str(clone.folder))
    ran = refused(clone, "rollback", NAME, "staging", *WHY, error="PC094")
    shell(clone, hint(ran))
    assert back(clone) == "1.1.0"


def test_dirty_work_is_no_obstacle_from_another_branch(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "feature")
    build_files(repository.folder, {pointer_file(): "mine\n", "prompts/prompts.lock": "{"})
    before = snap(repository)
    done(repository, "rollback", NAME, "staging", *WHY)
    assert changed(before, snap(repository)) == {"ref refs/remotes/origin/main", "ref refs/heads/main"}
