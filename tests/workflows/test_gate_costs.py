"""What a gate asks again and what that costs: reruns, and what a plan says before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import FOLDER, GATED, NAME, PROMPT, Registry, cases, registry, saying
from tests.shipping import moves_file, served, shown
from tests.versioning import released

SUITE = cases("ok one", "ok two")
SECOND = PROMPT.replace("{{ ticket }}", "{{ ticket }} again")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE) as found:
        yield found


def test_rerun_takes_no_recorded_evidence_and_no_cached_reply(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE) as it:
        settings = (GATED % it.server.url).replace("[environments.prod]", '[environments.prod]\ngate = "rerun"')
        it.repository.commit({"promptctl.toml": settings}, "settings")
        it.repository.git("push", "-q")
        it.commit_evidence()
        before = it.landed()
        assert it.asked == 2
        plan = it.done("plan", f"{NAME}@1.0.0", "prod")
        assert "prod takes no recorded evidence: promote asks for 2 answers" in plan.out
        assert it.asked == 0
        it.server.always = saying(lambda text: "no")
        assert it.run("promote", f"{NAME}@1.0.0", "prod").code == 1
        assert (it.asked, it.landed()) == (2, before)
        it.server.always = saying(lambda text: "OK now")
        it.promoted("1.0.0")
        assert it.asked == 2
        assert it.landed().keys() == before.keys()
        assert it.landed() != before


def test_a_rerun_that_lost_a_race_is_not_paid_for_twice(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE) as it:
        settings = (GATED % it.server.url).replace("[environments.prod]", '[environments.prod]\ngate = "rerun"')
        it.repository.commit({"promptctl.toml": settings}, "settings")
        it.repository.git("push", "-q")
        other = it.repository.clone(tmp_path / "other")

        def meanwhile(text: str) -> str:
            other.commit({"README.md": text}, "meanwhile")
            other.git("push", "-q")
            return "ok"

        it.server.then(saying(meanwhile))
        it.promoted("1.0.0")
        assert it.asked == 2
        assert served(it.repository, "prod") == "1.0.0"


def test_a_rerun_keeps_the_evidence_of_each_of_two_equal_prompts(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE) as it:
        settings = (GATED % it.server.url).replace("[environments.prod]", '[environments.prod]\ngate = "rerun"')
        twin = {
            f"prompts/twin/{file}": (it.folder / FOLDER / file).read_text() for file in ("prompt.yaml", "eval.yaml")
        }
        released(it.repository, twin | {"promptctl.toml": settings})
        it.done("promote", f"{NAME}@1.0.0", "twin@1.0.0", "prod")
        kept = it.repository.git("ls-tree", "-r", "--name-only", it.state, "prompts/").split()
        (move,) = map(json.loads, shown(it.repository, moves_file("prod", "twin"), it.state).splitlines())
        assert move["evidence"]["file"] in kept


def test_a_plan_asks_nobody_and_says_what_promote_would_ask(tmp_path: Path) -> None:
    with registry(tmp_path, cases("ok one", "ok two", repeat=3, models=["m-2"])) as it:
        plan = it.done("plan", f"{NAME}@1.0.0", "prod", "--json").data
        assert plan["moves"][0]["gate"] == {
            "ok": True,
            "sentence": "there is no evidence yet: promote asks for 12 answers",
        }
        assert it.asked == 0
        it.promoted("1.0.0")
        assert it.asked == 12
        again = it.done("plan", f"{NAME}@1.0.0", "prod", "--json").data
        assert again["moves"][0]["direction"] == "same"


def test_a_plan_tells_the_verdict_of_what_is_recorded(it: Registry) -> None:
    it.server.always = saying(lambda text: "no")
    assert it.run("eval").code == 1
    plan = it.refused("plan", f"{NAME}@1.0.0", "prod", "--json", code=1).data
    assert plan["moves"][0]["gate"]["sentence"].startswith("fail: 0 of 2 cases pass")
    assert json.dumps(plan).count("sha256:")
