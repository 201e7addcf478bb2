"""Suites of prompts as tests of pytest, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import FOLDER, NAME, Bench, bench, cases, saying
from tests.servers import status
from tests.support import Ran, build_files

PLUGIN = "promptctl.cli.pytest_plugin"
SUITE = cases("one", "two", "three", expect="[{icontains: ok}]", gate={"pass_rate": {"min": 0.6}})
OUTSIDE = "def test_other():\n    assert True\n"


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A suite with two cases that pass and one that does not, recorded, beside an ordinary test."""
    with bench(tmp_path_factory.mktemp("plugin"), SUITE) as found:
        build_files(found.folder, {"tests/test_other.py": OUTSIDE})
        found.server.always = saying(lambda text: "\x1b[31mno" if text == "two" else f"ok, {text}")
        found.eval()
        yield found


def collected(it: Bench, *arguments: str, **variables: str) -> Ran:
    """Runs pytest in the work tree, with this plug-in and no other that happens to be installed."""
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-rA", *arguments]
    known = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PROMPTCTL_CACHE_DIR": str(it.folder / "no cache")}
    done = subprocess.run(
        command,
        cwd=it.folder,
        capture_output=True,
        check=False,
        env=os.environ | known | variables,
        text=True,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_each_case_is_an_item_and_so_is_the_gate(it: Bench) -> None:
    it.server.received.clear()
    ran = collected(it, "prompts")
    assert ran.code == 1, ran
    assert "3 passed, 1 failed" in ran.out or "1 failed, 3 passed" in ran.out
    path = f"{FOLDER}/eval.yaml"
    for line in (f"PASSED {path}::one", f"PASSED {path}::three", f"PASSED {path}::gate", f"FAILED {path}::two"):
        assert line in ran.out
    said = ran.out[ran.out.index(f"{NAME}: two") :]
    for part in (NAME, "  ticket: two", "answer 1: fail", "icontains: the answer lacks 'ok'", "\\x1b[31mno"):
        assert part in said
    assert "\x1b[31mno" not in ran.out
    assert it.asked == 0


@pytest.mark.parametrize(
    ("arguments", "summary", "code"),
    [
        (("-k", "one or three", "prompts"), "2 passed", 0),
        (("-k", "gate", "prompts"), "1 passed", 0),
        (("-x", "prompts"), "1 failed, 1 passed", 1),
        pytest.param(("-p", "xdist", "-n", "2", "prompts"), "1 failed, 3 passed", 1, marks=pytest.mark.long),
        ((f"{FOLDER}/eval.yaml::three",), "1 passed", 0),
        (("tests",), "1 passed", 0),
    ],
)
def test_as_other_tests_are_run(it: Bench, arguments: tuple[str, ...], summary: str, code: int) -> None:
    ran = collected(it, *arguments)
    assert (ran.code, summary in ran.out) == (code, True), ran


def test_what_cannot_be_judged_is_an_error_and_no_failure(tmp_path: Path) -> None:
    with bench(tmp_path, SUITE) as it:
        ran = collected(it, "prompts")
        assert "4 errors" in ran.out
        assert "error[PC065]: no recorded reply for 3 cases" in ran.out
        assert "failed" not in ran.out.rpartition("\n=")[2]
        it.server.always = saying(lambda text: "ok")
        ran = collected(it, "--promptctl-replies", "live", "-k", "one", "prompts", **it.environment)
        assert (ran.code, it.asked) == (0, 1), ran
        assert it.kept() == {}
        it.server.always = status(400)
        ran = collected(it, "--promptctl-replies", "live", "-k", "one", "prompts", **it.environment)
        assert "1 error" in ran.out
        assert "failed" not in ran.out.rpartition("\n=")[2]
        it.write({"eval.yaml": "cases: [}"})
        ran = collected(it, "prompts")
        assert ran.code == 2
        assert f"at {FOLDER}/eval.yaml:1:" in ran.out
        assert "Traceback" not in ran.out + ran.err


def test_it_costs_nothing_where_there_are_no_suites(it: Bench) -> None:
    program = (
        "import sys, pytest; code = pytest.main(['-q', 'tests'], ['promptctl.cli.pytest_plugin']);"
        "print([name for name in sys.modules if name.startswith('promptctl')])"
    )
    known = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=it.folder,
        capture_output=True,
        check=True,
        env=os.environ | known,
        text=True,
    )
    assert done.stdout.rstrip().endswith("['promptctl', 'promptctl.cli', 'promptctl.cli.pytest_plugin']")


def test_it_is_declared() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"promptctl": PLUGIN}
