"""The version at which a case began to fail, over real releases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import NAME, PROMPT, Registry, cases, registry

SUITE = cases("one", "two", expect="[{icontains: please}]")
WORDS = ["please", "please do", "please, do", "please: do", "do", "do it", "just do it"]
FIRST_BAD = "1.4.0"


def prompt(words: str) -> str:
    return PROMPT.replace('"{{ ticket }}"', f'"{words} {{{{ ticket }}}}"')


def seven_versions(found: Registry) -> None:
    for words in WORDS[1:]:
        found.release({"prompt.yaml": prompt(words)})


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(
        tmp_path_factory.mktemp("bisect"), SUITE, prompt(WORDS[0]), remote=False, stage=seven_versions
    ) as found:
        yield found


def test_by_a_case_it_asks_only_where_it_must(it: Registry) -> None:
    data = it.done("bisect", NAME, "--case", "one", "--json").data
    (suspect,) = data["suspects"]
    assert (data["good"], suspect["version"]) == ("1.3.0", FIRST_BAD)
    assert suspect["commit"] == it.repository.git("rev-parse", f"prompts/{NAME}@v{FIRST_BAD}^{{commit}}")
    assert suspect["author"] == it.repository.git("log", "-1", "--format=%an <%ae>", suspect["commit"])
    assert len(data["steps"]) <= 5
    assert it.asked == len(data["steps"])
    ran = it.done("bisect", NAME, "--case", "one")
    assert it.asked == 0
    assert "1.6.0: bad  one: icontains: the answer lacks 'please'" in ran.out
    assert f"first bad: {NAME}@{FIRST_BAD}\n  {suspect['commit']}" in ran.out
    assert f"promptctl diff {NAME}@1.3.0 {NAME}@{FIRST_BAD}" in ran.err
    assert it.repository.git("status", "--porcelain") == ""


def check(body: str) -> str:
    """A command of Python that knows which version it is asked about."""
    known = "name, version = os.environ['PROMPTCTL_PROMPT'], os.environ['PROMPTCTL_VERSION']"
    return f'{sys.executable} -c "import os, subprocess, sys; {known}; {body}"'


RENDERS = (
    "done = subprocess.run([sys.executable, '-m', 'promptctl', 'render', name, '-i', 'ticket=x'], capture_output=True);"
    " sys.exit(0 if b'please' in done.stdout else 1)"
)


def test_by_a_command(it: Registry) -> None:
    data = it.done("bisect", NAME, "--check", check(RENDERS), "--good", "1.1.0", "--bad", "work", "--json").data
    assert [suspect["version"] for suspect in data["suspects"]] == [FIRST_BAD]
    assert data["steps"][0]["version"] == "work"


def test_versions_that_cannot_be_judged_are_skipped(it: Registry) -> None:
    skips = "sys.exit(125 if version in ('1.3.0', '1.4.0') else 1 if version > '1.3.0' else 0)"
    ran = it.refused("bisect", NAME, "--check", check(skips), "--json", code=1)
    assert (ran.data["good"], [it["version"] for it in ran.data["suspects"]]) == ("1.2.0", ["1.3.0", "1.4.0", "1.5.0"])
    assert "could not be judged" in it.refused("bisect", NAME, "--check", check(skips), code=1).out


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        ((), 2, "PC001"),
        (("--case", "one", "--check", "true"), 2, "PC001"),
        (("--check", "'"), 2, "PC001"),
        (("--check", " "), 2, "PC001"),
        (("--case", "nothing*"), 2, "PC069"),
        (("--case", "one", "--bad", "1.2.0"), 3, "PC191"),
        (("--case", "one", "--good", "1.5.0"), 3, "PC191"),
        (("--case", "one", "--good", "1.6.0"), 3, "PC191"),
        (("--case", "one", "--good", "7.0.0"), 3, ""),
        (("--check", "no-such-program-at-all"), 2, "PC192"),
        (("--check", check("sys.exit(200)")), 4, "PC193"),
    ],
)
def test_refused(it: Registry, options: tuple[str, ...], code: int, error: str) -> None:
    it.refused("bisect", NAME, *options, code=code, error=error)


def test_a_contract_that_takes_no_case_and_a_provider_that_is_down_are_no_answer(tmp_path: Path) -> None:
    with registry(tmp_path, SUITE, prompt("please"), remote=False) as it:
        it.release({"prompt.yaml": prompt("please").replace("ticket", "text")}, allow_breaking=True)
        it.release({"prompt.yaml": prompt("do")})
        data = it.refused("bisect", NAME, "--case", "one", "--json", code=1).data
        assert [step["outcome"] for step in data["steps"]] == ["bad", "good", "skip"]
        it.repository.git("clean", "-qfd")
        assert "cannot be judged" in it.refused("bisect", NAME, "--case", "two", "--replies", "recorded", code=3).err
