"""What no author can talk a gate out of: forged, edited or foreign evidence, and suites of other commits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import FOLDER, NAME, PROMPT, Registry, cases, forge, passed, registry, saying
from tests.shipping import hint
from tests.snapshot import changed, snap

SUITE = cases("ok one", "ok two")
SECOND = PROMPT.replace("{{ ticket }}", "{{ ticket }} again")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE) as found:
        yield found


def test_a_failing_suite_refuses_and_writes_nothing(it: Registry) -> None:
    it.server.always = saying(lambda text: "no")
    before = snap(it.repository)
    data = it.refused("promote", f"{NAME}@1.0.0", "prod", "--json", code=1).data
    (refused,) = data["refused"]
    assert (refused["prompt"], refused["outcome"], data["moved"], data["published"]) == (NAME, "fail", [], None)
    assert changed(before, snap(it.repository)) == set()


def test_evidence_written_by_hand_is_refused(it: Registry) -> None:
    it.server.always = saying(lambda text: "no")
    assert it.run("eval").code == 1
    forge(it.folder, passed)
    it.repository.commit(message="it works, honestly")
    it.repository.git("push", "-q")
    before = snap(it.repository)
    ran = it.refused("promote", f"{NAME}@1.0.0", "prod", code=3, error="PC067")
    assert "does not follow from its replies" in ran.err
    assert hint(ran) == "promptctl eval support/triage@1.0.0 --replies refresh"
    assert changed(before, snap(it.repository)) == set()
    plan = it.refused("plan", f"{NAME}@1.0.0", "prod", code=1)
    assert "does not follow from its replies" in plan.out


def test_replies_edited_with_the_evidence_left_alone_are_refused(it: Registry) -> None:
    it.server.always = saying(lambda text: "no")
    assert it.run("eval").code == 1
    (path,) = (it.folder / FOLDER / "replies").iterdir()
    path.write_text(path.read_text().replace('"text":"no"', '"text":"ok"'))
    it.repository.commit(message="better answers")
    it.repository.git("push", "-q")
    it.refused("promote", f"{NAME}@1.0.0", "prod", code=3, error="PC067")


@pytest.mark.parametrize("against", ["latest", "staging", "1.1.0", "main"])
def test_a_version_that_lost_cases_is_not_compared_with_itself(tmp_path: Path, against: str) -> None:
    tickets = [f"ok {number}" for number in range(8)]
    with registry(tmp_path, cases(*tickets, gate={"pass_rate": {"min": 0}})) as it:
        it.promoted("1.0.0", "staging")
        it.promoted("1.0.0")
        it.server.always = saying(lambda text: "no" if "again" in text else "ok")
        suite = cases(*tickets, gate={"against": against, "pass_rate": {"min": 0}})
        it.release({"prompt.yaml": SECOND, "eval.yaml": suite})
        it.promoted("1.1.0", "staging")
        ran = it.refused("promote", f"{NAME}@1.1.0", "prod", code=1)
        assert "compared with prod (1.0.0) over 8 cases" in ran.out


def test_evidence_of_another_version_under_this_ones_name_does_not_count(it: Registry) -> None:
    it.done("eval")
    (good,) = (it.folder / FOLDER / "evidence").iterdir()
    it.release({"prompt.yaml": SECOND})
    it.server.always = saying(lambda text: "no")
    assert it.run("eval").code == 1
    (bad,) = set((it.folder / FOLDER / "evidence").iterdir()) - {good}
    bad.write_bytes(good.read_bytes())
    it.repository.commit(message="replayed")
    it.repository.git("push", "-q")
    assert it.run("promote", f"{NAME}@1.1.0", "prod").code == 1
    it.promoted("1.0.0")


def test_evidence_of_another_suite_does_not_count(it: Registry) -> None:
    it.done("eval")
    (easy,) = (it.folder / FOLDER / "evidence").iterdir()
    it.release({"prompt.yaml": SECOND, "eval.yaml": cases("ok one", "ok two", expect="[{equals: never}]")})
    assert it.run("eval").code == 1
    for path in (it.folder / FOLDER / "evidence").iterdir():
        path.write_bytes(easy.read_bytes())
    it.repository.commit(message="replayed")
    it.repository.git("push", "-q")
    assert it.run("promote", f"{NAME}@1.1.0", "prod").code == 1


def test_a_version_is_judged_by_the_suite_of_its_own_commit(it: Registry) -> None:
    it.server.always = saying(lambda text: "no")
    it.write({"eval.yaml": cases("ok one", expect="[{length: {min: 0}}]")})
    it.repository.commit(message="an easier suite, after the release")
    it.repository.git("push", "-q")
    assert "2 of 2" not in it.refused("promote", f"{NAME}@1.0.0", "prod", code=1).out
    it.done("eval")


def test_functions_are_those_of_the_versions_own_commit(tmp_path: Path) -> None:
    with registry(tmp_path, cases("ok", expect="[{python: 'scorers:check'}]")) as it:
        no, yes = (f"def check(text, context):\n    return {value}\n" for value in (False, True))
        it.release({"scorers.py": no, "prompt.yaml": SECOND})
        it.write({"scorers.py": yes})
        it.repository.commit(message="an easier function, after the release")
        it.repository.git("push", "-q")
        it.done("eval")
        assert it.run("promote", f"{NAME}@1.1.0", "prod").code == 1
