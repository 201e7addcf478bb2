"""``remove`` and ``freeze``: what an environment stops doing, with the moves kept and the serial going on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.shipping import FOLDER, NAME, OTHER, done, line, moves_file, pointer_file, promoted, refused, served, shown
from tests.snapshot import changed, snap
from tests.support import GitRepository

WHY = ("--reason", "not used")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path, staged=("1.0.0", "1.1.0"))


def serials(repository: GitRepository) -> list[int]:
    return [json.loads(row)["serial"] for row in shown(repository, moves_file()).splitlines()]


def test_the_pointer_goes_and_the_moves_stay(repository: GitRepository) -> None:
    ran = done(repository, "remove", NAME, "staging", *WHY)
    assert f"{NAME} in staging: 1.1.0 -> nothing" in ran.out
    assert (served(repository), shown(repository, pointer_file())) == (None, "")
    last = json.loads(shown(repository, moves_file()).splitlines()[-1])
    assert (last["kind"], last["version"], last["from"], last["reason"]) == ("remove", None, "1.1.0", "not used")


def test_promoted_again_the_serial_goes_on(repository: GitRepository) -> None:
    done(repository, "remove", NAME, "staging", *WHY)
    promoted(repository, "1.2.0")
    assert serials(repository) == [1, 2, 3, 4]
    assert "serial: 4" in shown(repository, pointer_file())
    assert "previous:\n  version: 1.1.0" in shown(repository, pointer_file())
    assert done(repository, "drift", "--json").data["findings"][0]["kind"] == "unused"


def test_what_is_not_served_is_refused(repository: GitRepository) -> None:
    before = snap(repository)
    refused(repository, "remove", OTHER, "staging", *WHY, error="PC098")
    done(repository, "remove", NAME, "staging", *WHY)
    refused(repository, "remove", NAME, "staging", *WHY, error="PC098")
    assert f"file {pointer_file()}" in changed(before, snap(repository))


@pytest.mark.parametrize("name", ["support/triag", "../x", "x*"])
def test_what_names_nothing_is_a_usage_error(repository: GitRepository, name: str) -> None:
    refused(repository, "remove", name, "staging", *WHY, code=2)


def test_one_kept_here_is_told_again_when_it_is_sent(repository: GitRepository) -> None:
    done(repository, "remove", NAME, "staging", *WHY, "--no-push")
    assert f"{NAME} in staging: 1.1.0 -> nothing" in done(repository, "remove", NAME, "staging", *WHY).out
    assert served(repository) is None


def test_frozen_twice_is_nothing_to_do(repository: GitRepository) -> None:
    assert "staging is frozen" in done(repository, "freeze", "staging", *WHY).out
    before = snap(repository)
    ran = done(repository, "freeze", "staging", *WHY)
    assert ran.out == "staging was frozen already\nnothing to do\n"
    assert changed(before, snap(repository)) == set()


def test_open_again_the_file_is_gone(repository: GitRepository) -> None:
    path = f"{FOLDER}/staging/_freeze.yaml"
    done(repository, "freeze", "staging", "--reason", "1e3: audit # no")
    assert "reason: '1e3: audit # no'" in shown(repository, path)
    assert "staging is open" in done(repository, "unfreeze", "staging", *WHY).out
    assert shown(repository, path) == ""
    assert "staging was open already" in done(repository, "unfreeze", "staging", *WHY).out


def test_any_reason_reads_back(repository: GitRepository) -> None:
    for reason in ("1e3", "- x: no", "é\u2028x", "line\nbreak", "\x1b[31mred"):
        done(repository, "freeze", "staging", "--reason", reason)
        assert done(repository, "status", "--json").data["frozen"]["staging"].startswith(f"{reason} (Ada")
        assert "\x1b" not in done(repository, "status").out
        done(repository, "unfreeze", "staging", "--reason", reason)
    assert "\x1b" not in done(repository, "history", NAME).out


def test_a_frozen_environment_can_still_be_emptied(repository: GitRepository) -> None:
    done(repository, "freeze", "staging", *WHY)
    done(repository, "remove", NAME, "staging", *WHY)
    assert served(repository) is None
