"""Experiments that are advanced by the calls of their units: an effect ships, none does not, harm ends, faults hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.experiments.counted import Counted
from promptctl.core.experiments.experiment import Experiment
from promptctl.workflows.experiment_advance import Advanced, advance_experiment
from promptctl.workflows.experiment_reading import decisive_units
from tests.event_stores import opened
from tests.experiments import PATH, TONE, Behaviour, draft, observed, recorded, split_of, started
from tests.shipping import NAME, copied, done, line, refused, run, served, shown
from tests.support import GitRepository, Ran
from tests.workflows.test_races import at_once, clones

EVEN = {"control": Behaviour(), "friendly": Behaviour()}
BETTER = EVEN | {"friendly": Behaviour(resolves=0.65)}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a repository whose experiment runs, and its remote; for copies."""
    return started(tmp_path_factory.mktemp("started"))


@pytest.fixture
def repository(running: Path, tmp_path: Path) -> GitRepository:
    return copied(running, tmp_path)


def advance(repository: GitRepository, store: str, *options: str) -> Ran:
    return run(repository, "experiment", "advance", TONE, "--store", store, *options)


def test_more_units_than_were_planned_end_it_too(repository: GitRepository) -> None:
    store = observed(repository, 1100, BETTER)
    ended = advance(repository, store)
    assert (ended.code, "ship: friendly raises" in ended.out) == (0, True), ended
    found = recorded(repository)
    assert (found.state, [look.fraction for look in found.looks]) == ("concluded", [1.1])
    done(repository, "experiment", "report", TONE, "--store", store)
    assert served(repository) == "1.2.0"


def test_a_real_effect_is_shipped_by_the_look_that_shows_it(repository: GitRepository) -> None:
    few = observed(repository, 240, BETTER)
    held = advance(repository, few)
    assert (held.code, "the next look is at 250" in held.out) == (0, True), held
    before = repository.git("rev-parse", "origin/main")
    foreseen = advance(repository, observed(repository, 260, EVEN, seed=2), "--dry-run")
    assert "look 1 would be taken, at 26%" in foreseen.out
    assert repository.git("rev-parse", "origin/main") == before
    first = advance(repository, observed(repository, 260, EVEN, seed=2))
    assert (first.code, "look 1 is taken" in first.out) == (0, True), first
    again = advance(repository, observed(repository, 260, EVEN, seed=2))
    assert "the next look is at 500" in again.out
    assert len(recorded(repository).looks) == 1
    store = observed(repository, 800, BETTER)
    ended = advance(repository, store)
    assert (ended.code, "tone: ship: friendly raises quality:resolved by" in ended.out) == (0, True), ended
    assert (served(repository), split_of(repository)) == ("1.2.0", None)
    experiment = recorded(repository)
    assert experiment.result
    assert [look.decision for look in experiment.looks] == ["keep running", "ship"]
    assert experiment.looks[1].fraction == pytest.approx(0.8)
    assert experiment.result.numbers["units"].keys() == {"control", "friendly"}
    assert (
        '"kind":"promote"'
        in shown(repository, "prompts/environments/staging/support/triage.moves.jsonl").splitlines()[-1]
    )
    assert repository.git("status", "--short") == ""
    after = advance(repository, store)
    assert (after.code, "tone: concluded, ship" in after.out) == (0, True)
    done(repository, "drift")


def test_no_effect_ends_with_the_sample(repository: GitRepository) -> None:
    ended = advance(repository, observed(repository, 1000, EVEN))
    assert ended.code == 0, ended
    assert "do not ship: the planned sample is there, and no effect on quality:resolved shows" in ended.out
    assert "would have shown in 80 % of such experiments" in ended.out
    assert (served(repository), split_of(repository)) == ("1.1.0", None)
    assert '"kind":"rollback"' in shown(repository, "prompts/environments/staging/support/triage.moves.jsonl")


def test_harm_ends_early_on_control_even_where_promotions_are_frozen(repository: GitRepository) -> None:
    store = observed(repository, 240, EVEN | {"friendly": Behaviour(resolves=0.7, fails=0.3)})
    done(repository, "freeze", "staging", "--reason", "holidays")
    ended = advance(repository, store)
    assert ended.code == 1, ended
    assert "do not ship: friendly is worse in error_rate by more than 0.02" in ended.out
    assert (served(repository), split_of(repository)) == ("1.1.0", None)
    result = recorded(repository).result
    assert result
    assert result.numbers["guardrails"][0]["outcome"] == "worse"


def test_units_that_are_lost_give_no_verdict(repository: GitRepository) -> None:
    store = observed(repository, 1000, EVEN | {"friendly": Behaviour(resolves=0.9, kept=0.7)})
    held = advance(repository, store)
    assert held.code == 1, held
    assert "no verdict: the arms do not have their shares of the units" in held.out
    experiment = recorded(repository)
    assert (experiment.state, experiment.looks, served(repository)) == ("running", (), "1.1.0")


def test_what_holds_an_experiment_back(repository: GitRepository) -> None:
    store = observed(repository, 800, BETTER)
    done(repository, "freeze", "staging", "--reason", "holidays")
    refused(repository, "experiment", "advance", TONE, "--store", store, error="PC103")
    done(repository, "unfreeze", "staging", "--reason", "back")
    refused(repository, "experiment", "advance", TONE, "--store", "sqlite:nowhere.db")
    done(repository, "experiment", "pause", TONE, "--reason", "look at it")
    assert advance(repository, store).out.startswith("tone: paused")
    done(repository, "experiment", "resume", TONE)
    text = shown(repository, PATH)
    repository.commit({PATH: text.replace("minimum_effect: 0.1", "minimum_effect: 0.3")}, "tuned by hand")
    repository.git("push", "-q")
    assert "[PC257]" in run(repository, "lint").out
    refused(repository, "experiment", "advance", TONE, "--store", store, error="PC257")
    assert served(repository) == "1.1.0"
    repository.commit({PATH.replace("tone", "torn"): "experiment: [\n"}, "torn by hand")
    repository.git("push", "-q")
    several = run(repository, "experiment", "advance", "--store", store)
    assert several.code == 3
    assert ("tone: error[PC257]" in several.out, "torn: error[PC011]" in several.out) == (True, True)
    done(repository, "experiment", "pause", TONE, "--reason", "the plan was edited")
    done(repository, "experiment", "resume", TONE)
    done(repository, "retire", f"{NAME}@1.2.0", "--reason", "leaks addresses")
    repository.git("commit", "-qam", "retire")
    repository.git("push", "-q")
    ended = advance(repository, store)
    assert (ended.code, "is retired: leaks addresses" in ended.out) == (1, True)
    assert (served(repository), split_of(repository)) == ("1.1.0", None)


def step(repository: GitRepository, store: str, meanwhile: Callable[[], object] = lambda: None) -> Advanced:
    """One step in this process; once its units are counted, something else happens before it can write."""
    waiting = [meanwhile]

    def count(experiment: Experiment) -> Counted:
        with opened(store) as warehouse:
            found = decisive_units(warehouse, experiment, datetime.now(UTC))
        waiting.pop()() if waiting else None
        return found

    return advance_experiment(Repository(repository.folder), TONE, count, datetime.now(UTC))


def test_of_two_steps_at_once_one_is_made(repository: GitRepository, tmp_path: Path) -> None:
    """The other clone's step lands between what this one counted and what it writes."""
    other = repository.clone(tmp_path / "other")
    store = observed(repository, 260, EVEN, seed=2)
    before = int(repository.git("rev-list", "--count", "origin/main"))
    lost = step(repository, store, lambda: step(other, store))
    assert lost.decision
    assert (lost.result, lost.decision.look, len(recorded(repository).looks)) == (None, None, 1)
    store = observed(repository, 800, BETTER)
    late = step(repository, store, lambda: step(other, store))
    assert (late.decision, late.result, late.experiment.state) == (None, None, "concluded")
    assert int(repository.git("rev-list", "--count", "origin/main")) == before + 2
    assert (served(repository), split_of(repository)) == ("1.2.0", None)


def test_a_rollback_meanwhile_is_not_undone(repository: GitRepository, tmp_path: Path) -> None:
    other, store = repository.clone(tmp_path / "other"), observed(repository, 800, BETTER)

    def roll_back() -> None:
        done(other, "rollback", NAME, "staging", "--reason", "pages burn")

    found = step(repository, store, roll_back)
    assert (found.decision, found.experiment.state, served(repository)) == (None, "aborted", "1.1.0")
    result = recorded(repository).result
    assert result
    assert "pages burn" in result.because
    assert step(repository, store).result is None


@pytest.mark.long
@pytest.mark.timeout(900)
def test_processes_of_three_clones_take_each_look_once(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    draft(repository, ("  baseline: 0.5\n", "  baseline: 0.5\n  looks: 8\n"), ("units: 100", "units: 10"))
    done(repository, "experiment", "start", TONE)
    people = clones(repository, tmp_path, 3)
    for look in range(1, 9):
        store = observed(repository, min(1000, 130 * look), EVEN, seed=look)
        ran = at_once([(clone, ("experiment", "advance", "--store", store)) for clone in people])
        assert [one.code for one in ran] == [0, 0, 0], ran
        repository.git("pull", "-q", "--rebase")
        assert len(recorded(repository).looks) == look
    assert (recorded(repository).state, served(repository), split_of(repository)) == ("concluded", "1.1.0", None)
    assert len(recorded(repository).looks) == 8
    done(repository, "drift")
