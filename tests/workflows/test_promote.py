"""``promote`` and what stands against it: order, retired, freeze, CI, approvals, tags, policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipping import (
    NAME,
    OTHER,
    done,
    hint,
    line,
    moves_file,
    pointer_file,
    promoted,
    refused,
    remote_refs,
    run,
    served,
    shell,
    shown,
)
from tests.snapshot import changed, snap
from tests.support import SETTINGS, GitRepository
from tests.versioning import released, text

PROMPT = f"prompts/{NAME}/prompt.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path)


def settings(repository: GitRepository, old: str, new: str) -> None:
    """Changes the policy on the default branch, for everyone."""
    changed_settings = SETTINGS.replace(old, new)
    assert changed_settings != SETTINGS
    repository.commit({"promptctl.toml": changed_settings}, "settings")
    repository.git("push", "-q", "origin", "main")


def test_a_version_goes_to_staging_and_then_to_prod(repository: GitRepository) -> None:
    data = done(repository, "promote", NAME, "staging", "--json").data
    assert data["moved"][0]["from"] is None
    assert data["moved"][0]["to"]["version"] == "1.2.0"
    assert data["published"]["sent"] is True
    assert remote_refs(repository)["refs/heads/main"] == data["published"]["commit"]
    assert done(repository, "promote", NAME, "prod", "--json").data["moved"][0]["to"]["version"] == "1.2.0"
    assert (served(repository), served(repository, "prod")) == ("1.2.0", "1.2.0")


def test_the_commit_holds_the_pointer_and_its_move_and_nothing_else(repository: GitRepository) -> None:
    promoted(repository, "1.0.0")
    before = repository.git("rev-parse", "origin/main")
    promoted(repository, "1.1.0")
    paths = repository.git("diff", "--name-only", before, "origin/main").split()
    assert set(paths) == {pointer_file(), moves_file()}
    assert repository.git("rev-parse", "origin/main^") == before
    log = repository.git("log", "-1", "--format=%s%n%(trailers:key=Promptctl-Op,valueonly)", "origin/main")
    assert log.split("\n") == [f"promote {NAME}@1.1.0 to staging", f"promote {NAME}@1.1.0 staging"]


def test_prod_before_staging_is_refused(repository: GitRepository) -> None:
    refused(repository, "promote", "support/triag", "prod", code=2, error="PC002")
    ran = refused(repository, "promote", NAME, "prod", error="PC101")
    shell_line = hint(ran)
    assert shell_line == f"promptctl promote {NAME} staging"
    promoted(repository, "1.1.0")
    refused(repository, "promote", f"{NAME}@1.2.0", "prod", error="PC101")


def test_a_version_that_staging_superseded_may_still_go_to_prod(repository: GitRepository) -> None:
    promoted(repository, "1.1.0", "1.2.0")
    promoted(repository, "1.1.0", environment="prod")
    assert served(repository, "prod") == "1.1.0"


def test_what_staging_rolled_back_from_does_not_go_to_prod(repository: GitRepository) -> None:
    promoted(repository, "1.1.0", "1.2.0")
    done(repository, "rollback", NAME, "staging", "--reason", "wrong queue")
    ran = refused(repository, "promote", f"{NAME}@1.2.0", "prod", error="PC101")
    assert "rolled back" in ran.err
    done(repository, "promote", NAME, "prod")
    assert served(repository, "prod") == "1.1.0"
    promoted(repository, "1.2.0")
    promoted(repository, "1.2.0", environment="prod")


def test_a_lower_version_is_shown_as_a_downgrade(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    assert "DOWNGRADE" in run(repository, "plan", f"{NAME}@1.0.0", "staging").out
    ran = done(repository, "promote", f"{NAME}@1.0.0", "staging")
    assert f"{NAME} in staging: 1.2.0 -> 1.0.0  DOWNGRADE" in ran.out
    assert '"DOWNGRADE"' in shown(repository, moves_file())


def test_what_another_environment_serves_can_be_named(repository: GitRepository) -> None:
    promoted(repository, "1.0.0", "1.1.0")
    promoted(repository, "1.0.0", environment="prod")
    done(repository, "promote", f"{NAME}@prod", "staging")
    assert served(repository) == "1.0.0"


@pytest.mark.parametrize("reference", ["latest", "main", "sha256:abcd", "dev"])
def test_what_floats_is_no_version(repository: GitRepository, reference: str) -> None:
    before = snap(repository)
    refused(repository, "promote", f"{NAME}@{reference}", "staging", code=2, error="PC003")
    assert changed(before, snap(repository)) == set()


def test_several_names_are_one_commit(repository: GitRepository) -> None:
    before = repository.git("rev-parse", "origin/main")
    done(repository, "promote", NAME, OTHER, "staging")
    assert repository.git("rev-list", "--count", f"{before}..origin/main") == "1"
    assert (served(repository), served(repository, name=OTHER)) == ("1.2.0", "1.0.0")


def test_several_names_are_refused_together(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    before = snap(repository)
    refused(repository, "promote", NAME, OTHER, "prod", error="PC101")
    assert changed(before, snap(repository)) == set()


def test_a_name_twice_is_a_usage_error(repository: GitRepository) -> None:
    refused(repository, "promote", NAME, f"{NAME}@1.0.0", "staging", code=2)


def test_what_is_served_already_is_nothing_to_do(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    before = snap(repository)
    ran = done(repository, "promote", NAME, "staging")
    assert "1.2.0" in ran.out
    assert "nothing to do" in ran.out
    assert changed(before, snap(repository)) == set()


def test_only_what_is_not_served_yet_moves(repository: GitRepository) -> None:
    promoted(repository, "1.2.0")
    data = done(repository, "promote", NAME, OTHER, "staging", "--json").data
    assert [move["prompt"] for move in data["moved"]] == [OTHER]


def test_a_retired_version_is_refused_with_its_reason(repository: GitRepository) -> None:
    done(repository, "retire", f"{NAME}@1.1.0", "--reason", "leaks addresses")
    repository.commit(message="retire")
    repository.git("push", "-q", "origin", "main")
    ran = refused(repository, "promote", f"{NAME}@1.1.0", "staging", error="PC104")
    assert "leaks addresses" in ran.err


def test_from_ci_takes_promotions_in_ci_only(repository: GitRepository) -> None:
    settings(repository, "[environments.staging]\n", '[environments.staging]\nfrom = "ci"\n')
    refused(repository, "promote", NAME, "staging", error="PC106")
    for no in ("", "0", "false"):
        refused(repository, "promote", NAME, "staging", error="PC106", CI=no)
    done(repository, "promote", NAME, "staging", CI="true")


def test_too_few_approvals_refuse_it(repository: GitRepository) -> None:
    settings(repository, "[environments.staging]\n", "[environments.staging]\napprovals = 2\n")
    assert "asks for 2 approvals, and" in refused(repository, "promote", NAME, "staging", error="PC102").err


def test_all_that_stands_against_it_is_told_at_once(repository: GitRepository) -> None:
    settings(repository, "[environments.prod]\n", '[environments.prod]\napprovals = 1\nfrom = "ci"\n')
    done(repository, "freeze", "prod", "--reason", "audit")
    ran = refused(repository, "promote", f"{NAME}@1.0.0", "prod")
    assert [code for code in ("PC101", "PC102", "PC103", "PC106") if f"[{code}]" not in ran.err] == []


def test_a_tag_that_the_remote_lacks_is_refused_with_a_line_that_works(repository: GitRepository) -> None:
    repository.git("push", "-q", "origin", f":refs/tags/prompts/{NAME}@v1.2.0")
    ran = refused(repository, "promote", NAME, "staging", error="PC105")
    assert hint(ran) == "promptctl release"
    done(repository, "release")
    done(repository, "promote", NAME, "staging")


def test_the_last_tag_that_the_remote_lost_is_missed_too(repository: GitRepository) -> None:
    repository.git("push", "-q", "origin", f":refs/tags/prompts/{OTHER}@v1.0.0")
    refused(repository, "promote", OTHER, "staging", error="PC105")


def test_what_is_locked_and_not_released_is_refused_with_the_line(repository: GitRepository) -> None:
    (repository.folder / PROMPT).write_text(text("some queue"))
    done(repository, "lock")
    repository.commit(message="lock")
    repository.git("push", "-q", "origin", "main")
    ran = refused(repository, "promote", NAME, "staging")
    assert "promptctl release" in ran.err
    done(repository, "release")
    done(repository, "promote", NAME, "staging")
    assert served(repository) == "1.3.0"


def test_policy_is_the_default_branchs_and_the_difference_is_told(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "feature")
    repository.commit({"promptctl.toml": SETTINGS.replace('after = "staging"\n', "")}, "no order")
    before = snap(repository)
    refused(repository, "promote", f"{NAME}@1.2.0", "prod", error="PC101")
    assert changed(before, snap(repository)) == set()
    ran = done(repository, "promote", NAME, "staging")
    assert "promptctl.toml here differs from main's, which counts" in ran.err
    for command in (["status"], ["plan", "prod"], ["drift"]):
        assert "promptctl.toml here differs" in run(repository, *command).err


def test_policy_is_read_as_it_is_on_the_remote_now(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    settings(repository, "[environments.staging]\n", "[environments.staging]\napprovals = 1\n")
    refused(clone, "promote", NAME, "staging", error="PC102")


def test_a_clone_promotes_what_another_one_released_since(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    released(repository, {PROMPT: text("some queue")})
    done(clone, "promote", NAME, "staging")
    assert served(clone) == "1.3.0"
    assert clone.git("tag", "--list", "*v1.3.0") == ""


def test_a_forged_tag_is_refused_naming_both_digests(repository: GitRepository) -> None:
    first, third = (
        repository.git("for-each-ref", "--format=%(contents:body)", f"refs/tags/prompts/{NAME}@v{version}")
        for version in ("1.0.0", "1.2.0")
    )
    message = f"{NAME} 1.0.0\n\n{third}"
    repository.git("tag", "-f", "-am", message, f"prompts/{NAME}@v1.0.0", f"prompts/{NAME}@v1.2.0^{{commit}}")
    repository.git("push", "-q", "-f", "origin", f"refs/tags/prompts/{NAME}@v1.0.0")
    ran = refused(repository, "promote", f"{NAME}@1.0.0", "staging", error="PC097")
    digests = [body.split("Digest: ")[1].split("\n")[0] for body in (first, third)]
    assert [digest for digest in digests if digest not in ran.err] == []


def test_without_names_there_is_nothing_to_promote(repository: GitRepository) -> None:
    refused(repository, "promote", "staging", code=2)


@pytest.mark.parametrize("name", ["support/triag", "x*", "../x", "--all", "support/triage@", "a@1.0"])
def test_what_names_nothing_is_a_usage_error(repository: GitRepository, name: str) -> None:
    assert run(repository, "promote", name, "staging").code == 2


def test_an_unknown_environment_is_a_usage_error_with_the_nearest(repository: GitRepository) -> None:
    assert "did you mean `staging`" in refused(repository, "promote", NAME, "stagin", code=2).err


@pytest.mark.parametrize("reason", ["", "  ", "\udcff"])
@pytest.mark.parametrize("command", ["promote", "rollback", "remove"])
def test_a_reason_that_says_nothing_or_cannot_be_stored(repository: GitRepository, command: str, reason: str) -> None:
    promoted(repository, "1.0.0", "1.1.0")
    refused(repository, command, NAME, "staging", "--reason", reason, code=2)


def test_a_dry_run_prints_the_plan_and_changes_nothing(repository: GitRepository) -> None:
    before = snap(repository)
    assert (
        done(repository, "promote", NAME, "staging", "--dry-run").out == done(repository, "plan", NAME, "staging").out
    )
    assert changed(before, snap(repository)) == set()


def test_a_frozen_environment_refuses_promotions_but_not_rollbacks(repository: GitRepository) -> None:
    promoted(repository, "1.0.0", "1.1.0")
    done(repository, "freeze", "staging", "--reason", "audit")
    ran = refused(repository, "promote", NAME, "staging", error="PC103")
    assert "audit" in ran.err
    done(repository, "rollback", NAME, "staging", "--reason", "wrong queue")
    assert served(repository) == "1.0.0"
    done(repository, "unfreeze", "staging", "--reason", "audit is over")
    done(repository, "promote", NAME, "staging")


def test_without_a_remote_the_local_branch_is_the_record(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    ran = done(repository, "promote", NAME, "staging")
    assert f"commit {repository.git('rev-parse', 'main')[:7]} on main" in ran.out
    assert repository.git("status", "--porcelain") == ""
    done(repository, "promote", NAME, "prod")
    assert served(repository, "prod") == "1.2.0"


def test_hints_can_be_pasted(repository: GitRepository, tmp_path: Path) -> None:
    clone = repository.clone(tmp_path / "clone")
    ran = refused(clone, "promote", NAME, "staging", "--no-push", error="PC105")
    shell(clone, hint(ran))
    done(clone, "promote", NAME, "staging", "--no-push")
