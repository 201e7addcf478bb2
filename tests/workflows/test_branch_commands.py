"""Every command that moves something takes ``--branch``: one commit, the same rules, and nothing that counts moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.cli.parameters import Option, parameters_of
from promptctl.cli.shell import load
from promptctl.cli.table import summaries
from promptctl.workflows.proposing import suggested
from tests.experiments import TONE, Behaviour, draft, observed
from tests.rollouts import Behaviour as Canary
from tests.rollouts import split_of, store_of
from tests.shipping import NAME, copied, done, line, remote_refs, run
from tests.snapshot import changed, snap
from tests.support import SETTINGS, GitRepository

UNSIGNED = SETTINGS.replace("[environments.prod]\n", "[environments.prod]\napprovals_signed = false\n")
WHY = ("--reason", "because")


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """Staging serves 1.1.0, and prod is frozen; not to be moved."""
    repository = line(tmp_path_factory.mktemp("still"), UNSIGNED, staged=("1.0.0", "1.1.0"))
    done(repository, "freeze", "prod", *WHY)
    return repository


@pytest.fixture(scope="module")
def rolling(still: GitRepository, tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    repository = copied(still.folder.parent, tmp_path_factory.mktemp("rolling"))
    done(repository, "rollout", "start", f"{NAME}@1.2.0", "staging")
    return repository


@pytest.fixture(scope="module")
def trying(still: GitRepository, tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    repository = copied(still.folder.parent, tmp_path_factory.mktemp("trying"))
    draft(repository)
    done(repository, "experiment", "start", TONE)
    return repository


def failing(repository: GitRepository) -> tuple[str, ...]:
    path = repository.folder.parent / "calls.sqlite3"
    return ("--store", store_of(path, split_of(repository), 600, canary=Canary(failing=0.9)))


def better(repository: GitRepository) -> tuple[str, ...]:
    even = {"control": Behaviour(), "friendly": Behaviour(resolves=0.65)}
    return ("--store", observed(repository, 1000, even))


STILL: dict[str, tuple[str, ...]] = {
    "promote": ("promote", f"{NAME}@1.2.0", "staging"),
    "rollback": ("rollback", NAME, "staging", *WHY),
    "remove": ("remove", NAME, "staging", *WHY),
    "approve": ("approve", f"{NAME}@1.1.0", "prod"),
    "freeze": ("freeze", "staging", *WHY),
    "unfreeze": ("unfreeze", "prod", *WHY),
    "rollout start": ("rollout", "start", f"{NAME}@1.2.0", "staging"),
}
ROLLING = {verb: ("rollout", verb, NAME, "staging", *WHY) for verb in ("pause", "abort")}
TRYING: dict[str, tuple[str, ...]] = {verb: ("experiment", verb, TONE, *WHY) for verb in ("pause", "abort")}
TRYING |= {"conclude": ("experiment", "conclude", TONE, "--ship", "friendly", *WHY)}


def proposed(repository: GitRepository, *command: str, code: int = 0) -> None:
    """The command on a branch: one commit on the state branch as it is, and nothing else is another one."""
    name = suggested(" ".join(command[:2]))
    before, there = snap(repository), remote_refs(repository)
    ran = run(repository, *command, "--branch", name, "--json")
    assert ran.code == code, (command, ran)
    data = ran.data
    published = (data.get("rollouts") or data.get("experiments") or [data])[0]["published"]
    assert (published["branch"], published["into"], published["sent"]) == (name, "main", True)
    assert changed(before, snap(repository)) == {f"ref refs/remotes/origin/{name}"}
    assert remote_refs(repository) == there | {f"refs/heads/{name}": published["commit"]}
    assert repository.git("rev-parse", f"{published['commit']}^") == there["refs/heads/main"]


def test_every_command_that_pushes_a_move_has_the_option() -> None:
    declared = {name: [it.declared for it in parameters_of(load(name))] for name in summaries()}
    options = {
        name: {word for it in found if isinstance(it, Option) for word in it.spellings}
        for name, found in declared.items()
    }
    pushing = {name for name, words in options.items() if "--no-push" in words}
    assert {name for name, words in options.items() if "--branch" in words} == pushing - {"release"}


@pytest.mark.parametrize("command", STILL.values(), ids=STILL)
def test_a_command_makes_its_commit_on_a_branch(still: GitRepository, command: tuple[str, ...]) -> None:
    someone = still
    if command[0] == "approve":
        someone = still.clone(still.folder.parent / "grace")
        someone.git("config", "user.name", "Grace")
        someone.git("config", "user.email", "grace@example.org")
        done(someone, "fetch")
    proposed(someone, *command)


def test_so_do_those_of_a_rollout_and_of_an_experiment(rolling: GitRepository, trying: GitRepository) -> None:
    proposed(rolling, *ROLLING["abort"])
    proposed(trying, *TRYING["conclude"])


@pytest.mark.long
def test_each_of_a_rollout(rolling: GitRepository) -> None:
    proposed(rolling, *ROLLING["pause"])
    proposed(rolling, "rollout", "advance", NAME, "staging", *failing(rolling), code=1)
    again = done(rolling, "rollout", "advance", NAME, "staging", *failing(rolling), "--branch", "rollout-advance")
    assert "the branch rollout-advance holds a step that is not merged yet" in again.out


@pytest.mark.long
def test_each_of_an_experiment(trying: GitRepository) -> None:
    for verb in ("pause", "abort"):
        proposed(trying, *TRYING[verb])
    proposed(trying, "experiment", "advance", TONE, *better(trying))


@pytest.mark.long
def test_resumed_and_started_ones_too(rolling: GitRepository, trying: GitRepository, tmp_path: Path) -> None:
    paused, other = copied(rolling.folder.parent, tmp_path / "a"), copied(trying.folder.parent, tmp_path / "b")
    done(paused, "rollout", "pause", NAME, "staging", *WHY)
    proposed(paused, "rollout", "resume", NAME, "staging", *WHY)
    done(other, "experiment", "pause", TONE, *WHY)
    proposed(other, "experiment", "resume", TONE)
    done(other, "experiment", "abort", TONE, *WHY)
    draft(other, ("experiment: tone", "experiment: again")).rename(other.folder / "prompts/experiments/again.yaml")
    other.commit(message="another plan")
    other.git("pull", "-q", "--rebase")
    other.git("push", "-q")
    proposed(other, "experiment", "start", "again")
