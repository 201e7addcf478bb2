"""Rollouts over a real repository, its remote and a store of events: to everybody, back, and whatever is in the way."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rollouts import QUICK, Behaviour, backdated, pointer, split_of, store_of
from tests.shipping import (
    NAME,
    OTHER,
    done,
    hint,
    line,
    moves_file,
    pointer_file,
    refused,
    remote_refs,
    run,
    served,
    shown,
)
from tests.splitting import start_split
from tests.support import SETTINGS, GitRepository

EASY = ("--health", "error_rate=0.1", "--health", "cost=0.5")
START = ("rollout", "start", f"{NAME}@1.2.0", "staging")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Staging serves 1.1.0, and served 1.0.0 before."""
    return line(tmp_path, staged=("1.0.0", "1.1.0"))


def test_from_the_first_share_to_everybody_and_back(repository: GitRepository, tmp_path: Path) -> None:
    done(repository, *START, *QUICK, "--steps", "10,50,100", *EASY, "--reason", "friendlier")
    first = backdated(repository, 1)
    kept = store_of(tmp_path / "first.sqlite3", first, 800)
    would = done(repository, "rollout", "advance", NAME, "staging", "--store", kept, "--dry-run")
    assert "would be moved from 10 % to 50 % of 1.2.0; not worse" in would.out
    assert split_of(repository) == first
    assert "is moved from 10 % to 50 %" in done(repository, "rollout", "advance", "staging", "--store", kept).out
    second = split_of(repository)
    assert (second.salt, second.rules["began"]) == (first.salt, first.rules["began"])
    again = done(repository, "rollout", "advance", NAME, "staging", "--store", kept, "--json").data["rollouts"][0]
    assert (again["action"], again["percent"], again["published"]["commit"]) == ("hold", 50.0, None)
    refused(repository, "rollout", "start", f"{NAME}@1.0.0", "staging", error="PC216")
    refused(repository, "promote", f"{NAME}@1.2.0", "staging", error="PC216")
    last = store_of(tmp_path / "last.sqlite3", second, 300)
    assert (
        "is finished: 1.1.0 -> 1.2.0 for everybody"
        in done(repository, "rollout", "advance", "staging", "--store", last).out
    )
    assert (served(repository), pointer(repository).split) == ("1.2.0", None)
    assert "no rollout is under way" in done(repository, "rollout", "advance", "staging", "--store", last).out
    refused(repository, "rollout", "advance", NAME, "staging", "--store", last, error="PC246")
    done(repository, "drift")
    done(repository, "rollback", NAME, "staging", "--reason", "one step")
    assert served(repository) == "1.1.0"


def test_a_canary_that_fails_is_rolled_back_from_another_clone(repository: GitRepository, tmp_path: Path) -> None:
    done(repository, *START, "--health", "error_rate=0.01")
    kept = store_of(tmp_path / "calls.sqlite3", split_of(repository), 600, canary=Behaviour(failing=0.5))
    clone = repository.clone(tmp_path / "clone")
    ran = refused(clone, "rollout", "advance", "staging", "--store", kept, "--json", code=1)
    (row,) = ran.data["rollouts"]
    assert (row["action"], row["percent"]) == ("roll back", 0.0)
    move = shown(clone, moves_file()).splitlines()[-1]
    for said in (
        '"kind":"rollback"',
        '"action":"rollback"',
        '"reason":"rollout: worse in error_rate (by 0.',
        '"numbers":{',
    ):
        assert said in move
    assert (served(clone), pointer(clone).split) == ("1.1.0", None)
    refused(clone, "promote", f"{NAME}@1.2.0", "prod", error="PC101")
    repository.git("pull", "-q", "--rebase")
    told = done(repository, "history", NAME).out
    assert "rollout triage-1.2.0: start, stable 95 %, canary 5 %" in told
    assert "rollout triage-1.2.0: rolled back, 1.1.0 for everybody" in told
    assert "rollout triage-1.2.0: start" in done(repository, "why", f"{NAME}@1.2.0").out


def test_what_people_decide(repository: GitRepository, tmp_path: Path) -> None:
    refused(repository, "rollout", "pause", NAME, "staging", "--reason", "none yet", error="PC246")
    ran = refused(repository, "rollout", "start", f"{NAME}@1.1.0", "staging", error="PC248")
    assert "name another" in ran.err
    would = refused(repository, "rollout", "start", f"{NAME}@1.1.0", "staging", "--dry-run", code=1)
    assert "the rollout would go so" not in would.out
    refused(repository, "rollout", "start", f"{NAME}@1.2.0", "prod", error="PC098")
    refused(repository, *START, "--steps", "5,4", code=2, error="PC247")
    refused(repository, *START, "--health", "speed=1", code=2, error="PC237")
    refused(repository, *START, "--when", "plan ==", code=2, error="PC243")
    done(repository, *START, *QUICK)
    kept = store_of(tmp_path / "calls.sqlite3", split_of(repository), 200)
    done(repository, "rollout", "pause", NAME, "staging", "--reason", "lunch")
    assert "paused already" in done(repository, "rollout", "pause", NAME, "staging", "--reason", "lunch").out
    assert "5 % of 1.2.0 stays; paused" in done(repository, "rollout", "advance", "staging", "--store", kept).out
    assert "paused" in done(repository, "rollout", "status").out
    done(repository, "rollout", "resume", NAME, "staging", "--reason", "back")
    done(repository, "freeze", "staging", "--reason", "holidays")
    frozen = refused(repository, "rollout", "advance", "staging", "--store", kept)
    assert "stays; staging is frozen: holidays" in frozen.out
    done(repository, "unfreeze", "staging", "--reason", "over")
    repository.git("pull", "-q", "--rebase")
    settings = (repository.folder / "promptctl.toml").read_text()
    only = settings.replace("[environments.staging]", '[environments.staging]\nfrom = "ci"')
    repository.commit({"promptctl.toml": only})
    repository.git("push", "-q", "origin", "main")
    outside = refused(repository, "rollout", "advance", "staging", "--store", kept)
    assert "stays; staging takes promotions from CI only" in outside.out
    assert "10 of 50 requests" in done(repository, "rollout", "advance", "staging", "--store", kept, CI="true").out
    repository.commit({"promptctl.toml": settings})
    repository.git("push", "-q", "origin", "main")
    before = shown(repository, moves_file())
    broken = tmp_path / "broken.sqlite3"
    whole = Path(kept.removeprefix("sqlite:")).read_bytes()
    broken.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    refused(repository, "rollout", "advance", "staging", "--store", f"sqlite:{broken}", code=4)
    refused(repository, "rollout", "advance", "staging", "--store", f"sqlite:{tmp_path}/no.sqlite3", error="PC231")
    repository.git("fetch", "-q")
    assert shown(repository, moves_file()) == before
    ran = done(repository, "rollout", "abort", NAME, "staging", "--reason", "changed our minds")
    assert "the rollout triage-1.2.0 is over: 1.1.0 for everybody" in ran.out
    assert (served(repository), pointer(repository).split) == ("1.1.0", None)


def test_a_retired_canary_is_rolled_back_whatever_its_calls_say(repository: GitRepository, tmp_path: Path) -> None:
    done(repository, *START, *QUICK)
    kept = store_of(tmp_path / "calls.sqlite3", split_of(repository), 200)
    done(repository, "rollout", "pause", NAME, "staging", "--reason", "a look at it")
    repository.git("pull", "-q", "--rebase")
    done(repository, "retire", f"{NAME}@1.2.0", "--reason", "leaks addresses")
    repository.git("commit", "-qam", "retire")
    repository.git("push", "-q", "origin", "main")
    ran = refused(repository, "rollout", "advance", "staging", "--store", kept, code=1)
    assert "is rolled back: 5 % of 1.2.0 -> 1.1.0 for everybody; 1.2.0 is retired: leaks addresses" in ran.out


def test_settings_are_what_start_does_unless_told_otherwise(tmp_path: Path) -> None:
    table = (
        "[environments.staging.rollout]\nsteps = [1, 100]\nhealth = {cost = 0.5}\nshadow = 10\n\n[environments.prod]"
    )
    repository = line(tmp_path, SETTINGS.replace("[environments.prod]", table), staged=("1.1.0",))
    planned = done(repository, *START, "--dry-run", "--unit", "tenant", "--json").data["rollout"]
    assert (planned["steps"], planned["health"], planned["unit"]) == ([1, 100], {"cost": {"max_rise": 0.5}}, "tenant")
    assert planned["shadow"] == 10
    repository.commit({"promptctl.toml": SETTINGS.replace("[environments.prod]", table.replace("1, 100", "100, 1"))})
    ran = run(repository, "rollout", "status")
    assert (ran.code, "PC247" in ran.err, "promptctl.toml:" in ran.err) == (2, True, True)
    assert hint(ran) == "--steps 5,25,50,100"


HALVES = ",".join(str(step / 2) for step in range(1, 201))


@pytest.mark.parametrize("wish", [("--unit", "u" * 65), ("--steps", HALVES)], ids=("unit", "steps"))
def test_what_no_pointer_may_say_is_not_written(repository: GitRepository, wish: tuple[str, str]) -> None:
    before = remote_refs(repository)
    assert f"`split.{wish[0].removeprefix('--')}`" in refused(repository, *START, *wish, code=2, error="PC012").err
    assert (remote_refs(repository), served(repository)) == (before, "1.1.0")


@pytest.mark.parametrize("wish", ["--minimum-minutes=nan", "--minimum-minutes=inf", "--shadow=nan"])
def test_what_is_no_number_is_no_plan(repository: GitRepository, wish: str) -> None:
    refused(repository, *START, wish, code=2, error="PC001")


def test_a_pointer_that_cannot_be_trusted_is_in_no_other_rollouts_way(
    repository: GitRepository, tmp_path: Path
) -> None:
    done(repository, "promote", f"{OTHER}@1.0.0", "staging")
    done(repository, *START, *QUICK)
    kept = store_of(tmp_path / "calls.sqlite3", split_of(repository), 600, canary=Behaviour(failing=0.9))
    repository.git("pull", "-q", "--rebase")
    text = shown(repository, pointer_file(name=OTHER))
    repository.commit({pointer_file(name=OTHER): text.replace("serial: 1", "serial: 7")})
    repository.git("push", "-q", "origin", "main")
    ran = refused(repository, "rollout", "advance", "staging", "--store", kept)
    assert "is rolled back: 5 % of 1.2.0" in ran.out
    assert f"{OTHER}: error[PC129]" in ran.out


def test_a_rollout_that_was_written_by_hand_is_gone_back_from(repository: GitRepository) -> None:
    start_split(repository, "1.2.0")
    for verb in (("status",), ("advance", NAME)):
        ran = refused(repository, "rollout", *verb, "staging", error="PC268")
    done(repository, *shlex.split(hint(ran))[1:])
    assert (served(repository), pointer(repository).split) == ("1.1.0", None)


BAD = {
    "slow": (Behaviour(latency=900.0), "latency_p95"),
    "costly": (Behaviour(cost=0.002), "cost"),
    "failing": (Behaviour(failing=0.3), "error_rate"),
    "worse": (Behaviour(good=0.4), "quality:resolved"),
}


@pytest.mark.long
@pytest.mark.parametrize(("behaviour", "metric"), BAD.values(), ids=BAD)
def test_repeated_advance_rolls_back_what_gets_worse(
    repository: GitRepository, tmp_path: Path, behaviour: Behaviour, metric: str
) -> None:
    """Events come in while another clone decides again and again; nothing is waited for once it shows."""
    rules = ("error_rate=0.02", "latency_p95=0.3", "cost=0.3", "quality:resolved=0.1")
    done(repository, *START, "--steps", "20,100", *(word for rule in rules for word in ("--health", rule)))
    split, clone = split_of(repository), repository.clone(tmp_path / "clone")
    usual = Behaviour(good=0.8)
    canary = replace(behaviour, good=behaviour.good or 0.8)
    for number in (50, 200, 800, 2400):
        kept = store_of(tmp_path / f"{number}.sqlite3", split, number, canary=canary, stable=usual)
        ran = run(clone, "rollout", "advance", "staging", "--store", kept)
        assert ran.code in (0, 1), ran
        if ran.code:
            break
    assert f"worse in {metric} (by " in ran.out
    assert (served(clone), pointer(clone).split) == ("1.1.0", None)
    assert "no rollout is under way" in done(clone, "rollout", "advance", "staging", "--store", kept).out
