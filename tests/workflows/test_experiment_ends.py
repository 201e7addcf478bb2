"""What an experiment is not ended on: a treatment that no promotion would take, a pointer that was turned back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.experiments import PATH, TONE, observed, recorded, split_of, started
from tests.experiments import Behaviour as Units
from tests.shipping import NAME, done, lived, refused, served
from tests.support import GitRepository

WHY = ("--reason", "we know enough")
SHIP = ("experiment", "conclude", TONE, "--ship", "friendly", *WHY)
CONTROL = ("experiment", "conclude", TONE, "--control", *WHY)


@pytest.fixture
def running(tmp_path: Path) -> GitRepository:
    return lived(started, tmp_path)


def test_a_retired_treatment_is_not_shipped(running: GitRepository) -> None:
    done(running, "retire", f"{NAME}@1.2.0", "--reason", "Leaks addresses")
    running.commit(message="Retire 1.2.0")
    running.git("push", "-q", "origin", "main")
    assert "Leaks addresses" in refused(running, *SHIP, error="PC104").err
    assert split_of(running)
    done(running, *CONTROL)
    assert (served(running), split_of(running)) == ("1.1.0", None)


@pytest.mark.parametrize("hands", ["people", "a schedule"])
def test_a_treatment_whose_tag_was_moved_is_not_shipped(running: GitRepository, hands: str) -> None:
    good = {"control": Units(resolves=0.2), "friendly": Units(resolves=0.8)}
    store = observed(running, 1000, good)
    tag = f"prompts/{NAME}@v1.2.0"
    running.git("tag", "-f", "-a", "-m", "moved", tag, f"prompts/{NAME}@v1.0.0^{{}}")
    command = SHIP if hands == "people" else ("experiment", "advance", TONE, "--store", store)
    assert "1.2.0" in refused(running, *command).err
    assert recorded(running).state == "running"
    done(running, *CONTROL)


@pytest.mark.parametrize("verb", ["pause", "conclude", "abort"])
def test_a_pointer_that_was_turned_back_is_not_moved(running: GitRepository, verb: str) -> None:
    """No serial is used twice, though the files that are left agree with each other."""
    for step in ("pause", "resume", "pause"):
        done(running, "experiment", step, TONE, *WHY)
    running.git("revert", "--no-edit", "HEAD")
    running.git("push", "-q", "origin", "main")
    words = {
        "pause": ("experiment", "pause", TONE, *WHY),
        "conclude": SHIP,
        "abort": ("experiment", "abort", TONE, *WHY),
    }
    assert "was turned back" in refused(running, *words[verb], error="PC129").err


@pytest.mark.parametrize("verb", ["remove", "rollback"])
def test_who_ended_the_split_is_who_is_named(running: GitRepository, verb: str) -> None:
    store = observed(running, 1000, {"control": Units(), "friendly": Units()})
    running.git("config", "user.name", "Grace Hopper")
    done(running, verb, NAME, "staging", "--reason", "it leaks addresses")
    done(running, "experiment", "advance", TONE, "--store", store)
    result = recorded(running).result
    assert result
    assert result.because.startswith("its split was ended by Grace Hopper <")
    assert result.because.endswith(">: it leaks addresses")


def test_an_arm_that_only_an_edited_plan_has_is_not_shipped(running: GitRepository) -> None:
    path = running.folder / PATH
    path.write_text(path.read_text().replace("name: friendly", "name: cordial"))
    running.commit(message="by hand")
    running.git("push", "-q", "origin", "main")
    refused(running, "experiment", "conclude", TONE, "--ship", "cordial", *WHY, error="PC257")
    done(running, *CONTROL)
