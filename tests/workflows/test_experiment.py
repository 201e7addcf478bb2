"""Experiments by their verbs: each is one commit, and nothing else moves what they split."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.core.experiments.experiment import HEAD, planned_text
from tests.experiments import PATH, PLAN, TONE, draft, recorded, split_of
from tests.shipping import NAME, STATE_BRANCH, done, hint, line, refused, run, served, shell, shown
from tests.support import GitRepository

STAGED = ("1.0.0", "1.1.0")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """A repository whose experiment runs."""
    repository = line(tmp_path_factory.mktemp("running"), staged=STAGED)
    draft(repository)
    done(repository, "experiment", "start", TONE)
    return repository


def clean(repository: GitRepository) -> bool:
    return repository.git("status", "--short") == ""


def test_a_start_is_one_commit_of_plan_pointer_and_move(built: GitRepository) -> None:
    changed = built.git("show", "--name-only", "--format=", "origin/main").splitlines()
    folder = "prompts/environments/staging/support/triage"
    assert changed == [f"{folder}.moves.jsonl", f"{folder}.yaml", PATH]
    assert clean(built), "the draft in the work tree is what the branch has"
    assert (built.folder / PATH).read_text() == shown(built, PATH) + "\n"
    experiment, split = recorded(built), split_of(built)
    assert planned_text(experiment.document) == PLAN
    assert HEAD in shown(built, PATH)
    assert experiment.counting
    assert (experiment.state, experiment.counting.sample, experiment.edited) == ("running", 1000, False)
    assert split
    assert (split.kind, split.id, split.unit, split.percents) == (
        "experiment",
        TONE,
        "user",
        {"control": 50, "friendly": 50},
    )
    assert served(built) == "1.1.0"


def test_a_clone_that_was_behind_is_told_how_to_catch_up(tmp_path: Path) -> None:
    """The draft in the work tree is not in the way of the line that is printed."""
    repository = line(tmp_path, staged=STAGED)
    other = repository.clone(tmp_path / "other")
    other.commit({"notes.md": "more\n"})
    other.git("push", "-q", "origin", "main")
    draft(repository)
    ran = done(repository, "experiment", "start", TONE)
    said = f"your branch main is behind: rm {PATH} && git pull --rebase origin main"
    assert ran.err.splitlines()[0] == said
    shell(repository, said.partition(": ")[2])
    assert clean(repository)
    assert (repository.folder / PATH).read_text() == shown(repository, PATH) + "\n"


def test_nothing_else_moves_what_is_split(built: GitRepository) -> None:
    refused(built, "promote", f"{NAME}@1.2.0", "staging", error="PC216")
    draft(built, ("friendlier", "ruder"))
    assert done(built, "experiment", "start", TONE).out.startswith("tone is running already")
    draft(built, ("percent: 50}\n  - ", "percent: 40}\n  - "), ("1.2.0, percent: 50", "1.2.0, percent: 60"))
    ran = refused(built, "experiment", "start", TONE, error="PC257")
    assert "pause" in hint(ran)
    refused(built, "experiment", "resume", TONE, error="PC257")
    second = {PATH.replace("tone", "other"): PLAN.replace("experiment: tone", "experiment: other")}
    (built.folder / PATH).write_text(shown(built, PATH) + "\n")
    (built.folder / next(iter(second))).write_text(next(iter(second.values())))
    refused(built, "experiment", "start", "other", error="PC216")
    (built.folder / next(iter(second))).unlink()
    assert clean(built)


def test_assignments_are_told_as_applications_reckon_them(built: GitRepository) -> None:
    split = split_of(built)
    assert split
    units = [f"user-{number}" for number in range(20)]
    ran = done(built, "experiment", "assign", TONE, *units, "--json").data["units"]
    for it in ran:
        arm = next(arm for arm in split.arms if any(low <= it["position"] < high for low, high in arm.ranges))
        assert (it["arm"], it["version"]) == (arm.name, str(arm.served.version))
    assert {it["arm"] for it in ran} == {"control", "friendly"}


def test_a_condition_leaves_units_out(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=STAGED)
    draft(repository, ("unit: user\n", "unit: user\nwhen: age > 18\n"))
    done(repository, "experiment", "start", TONE)
    split = split_of(repository)
    assert split
    assert split.when == "age > 18"
    assign = ("experiment", "assign", TONE, "user-1", "user-2", "--json")
    told = [done(repository, *assign, *given).data["units"] for given in ((), ("-i", "age:=19"), ("-i", "age:=18"))]
    arms = [[it["arm"] for it in units] for units in told]
    assert arms[0] == arms[1]
    assert None not in arms[0]
    assert arms[2] == [None, None]
    refused(repository, *assign[:-1], "-i", "age=nineteen", code=2, error="PC244")


def test_paused_changed_resumed_and_concluded_by_hand(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=STAGED)
    file = draft(repository)
    done(repository, "experiment", "start", TONE)
    first = split_of(repository)
    done(repository, "experiment", "pause", TONE, "--reason", "a holiday")
    paused = split_of(repository)
    assert first
    assert paused
    assert (paused.state, paused.salt, paused.arms) == ("paused", first.salt, first.arms)
    file.write_text(file.read_text().replace("minimum_effect: 0.1", "minimum_effect: 0.2"))
    refused(repository, "experiment", "resume", TONE, error="PC257")
    assert "by another design" in done(repository, "experiment", "resume", "--edited", TONE).out
    kept = split_of(repository)
    assert kept
    assert (kept.salt, recorded(repository).plan.design.minimum_effect) == (first.salt, 0.2)
    done(repository, "experiment", "pause", TONE, "--reason", "other shares")
    text = file.read_text().replace("1.1.0, percent: 50", "1.1.0, percent: 80")
    file.write_text(text.replace("1.2.0, percent: 50", "1.2.0, percent: 20"))
    assert "begins anew" in done(repository, "experiment", "resume", "--edited", TONE).out
    anew = split_of(repository)
    assert anew
    assert anew.salt != first.salt
    assert anew.percents == {"control": 80, "friendly": 20}
    assert clean(repository)
    refused(repository, "experiment", "conclude", TONE, "--ship", "frendly", "--reason", "x", code=2, error="PC261")
    done(repository, "experiment", "conclude", TONE, "--ship", "friendly", "--reason", "we know enough")
    assert (served(repository), split_of(repository)) == ("1.2.0", None)
    result = recorded(repository).result
    assert result
    assert (result.verdict, result.arm, result.because) == ("ship", "friendly", "by hand: we know enough")
    assert done(repository, "experiment", "conclude", TONE, "--ship", "friendly", "--reason", "x").out.endswith(
        "nothing to do\n"
    )
    refused(repository, "experiment", "abort", TONE, "--reason", "too late", error="PC256")
    refused(repository, "experiment", "start", TONE, error="PC256")
    done(repository, "rollback", NAME, "staging", "--reason", "it was wrong")
    assert served(repository) == "1.1.0"


def test_an_abort_leaves_control_and_follows_a_rollback(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=STAGED)
    draft(repository)
    done(repository, "experiment", "start", TONE)
    done(repository, "rollback", NAME, "staging", "--reason", "pages burn")
    assert "its split is gone: promptctl experiment abort " in done(repository, "experiment", "list").out
    done(repository, "experiment", "abort", TONE, "--reason", "rolled back")
    assert (recorded(repository).state, served(repository)) == ("aborted", "1.1.0")
    build = draft(repository, ("unit: user\n", "unit: user\nwhen: plan == 'pro'\n")).read_text()
    build = build.replace("experiment: tone", "experiment: again")
    (repository.folder / PATH).write_text(shown(repository, PATH) + "\n")
    (repository.folder / "prompts/experiments/again.yaml").write_text(build)
    done(repository, "experiment", "start", "again")
    split = split_of(repository)
    assert split
    assert split.when == "plan == 'pro'"
    arms = {
        plan: done(repository, "experiment", "assign", "again", "ada", *plan, "--json").data["units"][0]["arm"]
        for plan in ((), ("-i", "plan=pro"), ("-i", "plan=free"))
    }
    assert arms[()] == arms["-i", "plan=pro"] in ("control", "friendly")
    assert arms["-i", "plan=free"] is None
    done(repository, "experiment", "abort", "again", "--reason", "a mistake")
    assert (recorded(repository, "again").state, served(repository), split_of(repository)) == ("aborted", "1.1.0", None)
    states = {
        it["experiment"]: it["state"] for it in done(repository, "experiment", "list", "--json").data["experiments"]
    }
    assert states == {"tone": "aborted", "again": "aborted"}


def test_what_refuses_a_start(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=STAGED)
    refused(repository, "experiment", "start", "tne", code=2, error="PC255")
    draft(repository, ("version: 1.1.0", "version: 1.0.0"))
    refused(repository, "experiment", "start", TONE, error="PC258")
    draft(repository, ("version: 1.2.0", "version: 1.9.0"))
    assert "1.9.0" in refused(repository, "experiment", "start", TONE).err
    draft(repository, ("  minimum: {", "  ends: 2020-01-01\n  minimum: {"))
    refused(repository, "experiment", "start", TONE, error="PC259")
    draft(repository, ("environment: staging", "environment: prod"))
    refused(repository, "experiment", "start", TONE)
    draft(repository, ("percent: 50}\n  - ", "percent: 60}\n  - "))
    refused(repository, "experiment", "start", TONE, code=2, error="PC215")
    draft(repository)
    done(repository, "freeze", "staging", "--reason", "holidays")
    refused(repository, "experiment", "start", TONE, error="PC103")
    done(repository, "unfreeze", "staging", "--reason", "back")
    done(repository, "retire", f"{NAME}@1.2.0", "--reason", "leaks")
    repository.git("commit", "-qam", "retire")
    repository.git("push", "-q")
    refused(repository, "experiment", "start", TONE, error="PC104")
    assert split_of(repository) is None
    repository.git("add", "-A")
    repository.git("commit", "-qm", "a draft nobody has")
    draft(repository, ("version: 1.2.0", "version: 1.0.0"))
    refused(repository, "experiment", "start", TONE, error="PC260")


def test_a_draft_is_written_and_lint_judges_it(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=STAGED)
    ran = done(repository, "experiment", "new", "tone", f"{NAME}@1.2.0", "staging")
    assert ran.out == "wrote prompts/experiments/tone.yaml\narms: control 1.1.0 50 %, treatment 1.2.0 50 %\n"
    refused(repository, "experiment", "new", "tone", f"{NAME}@1.0.0", "staging", code=2)
    refused(repository, "experiment", "new", "Tone", f"{NAME}@1.2.0", "staging", code=2, error="PC005")
    refused(repository, "experiment", "new", "x", NAME, "prod")
    refused(repository, "experiment", "new", "x", f"{NAME}@1.1.0", "staging", code=2, error="PC254")
    ran = done(
        repository, "experiment", "new", "three", f"{NAME}@1.2.0", f"{NAME}@1.0.0", "staging", "--metric", "cost"
    )
    assert "control 1.1.0 33.34 %, treatment-1 1.2.0 33.33 %, treatment-2 1.0.0 33.33 %" in ran.out
    assert "draft" in done(repository, "experiment", "list").out
    refused(repository, "experiment", "pause", "tone", "--reason", "x", error="PC256")
    done(repository, "lint")
    file = repository.folder / PATH
    file.write_text(file.read_text().replace("version: 1.2.0", "version: 1.9.0").replace("staging", "stagin"))
    three = repository.folder / "prompts/experiments/three.yaml"
    three.write_text(three.read_text().replace("33.34", "33.35"))
    ran = run(repository, "lint", "--json")
    errors = [it for it in ran.data["findings"] if it["level"] == "error"]
    found = [(it["code"], it["where"]["file"], it["where"]["line"]) for it in errors]
    plans = "prompts/experiments"
    assert found == [("PC215", f"{plans}/three.yaml", 8), ("PC254", PATH, 4), ("PC254", PATH, 10)]
    assert "unreadable" in done(repository, "experiment", "list").out
    repository.git("add", PATH)
    ran = run(repository, "hook", "lint", "--json")
    assert [it["where"]["line"] for it in ran.data["findings"]] == [4, 10], "only what is staged is judged"


def test_with_a_state_branch_the_draft_here_stays_a_draft(tmp_path: Path) -> None:
    repository = line(tmp_path, STATE_BRANCH, staged=STAGED)
    file = draft(repository)
    done(repository, "experiment", "start", TONE)
    assert file.read_text() == PLAN
    done(repository, "experiment", "pause", TONE, "--reason", "other looks")
    draft(repository, ("minimum_effect: 0.1", "minimum_effect: 0.2"))
    refused(repository, "experiment", "resume", TONE, error="PC257")
    done(repository, "experiment", "resume", "--edited", TONE)
    assert (recorded(repository).plan.design.minimum_effect, recorded(repository).state) == (0.2, "running")
    file.unlink()
    clone = repository.clone(tmp_path / "clone")
    clone.git("fetch", "-q", "origin", "promptctl/state:refs/remotes/origin/promptctl/state")
    done(clone, "experiment", "abort", TONE, "--reason", "from another clone")
    assert recorded(clone).state == "aborted"
