"""``promptctl new`` as people and programs see it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import must_fail, promptctl, succeed


def test_screens(folder: Path) -> None:
    succeed("init", cwd=folder)
    first = succeed("new", "support/triage", cwd=folder)
    golden("new/prompt.txt", first.out + first.err)
    golden("new/prompt.yaml", (folder / "prompts/support/triage/prompt.yaml").read_text())
    golden("new/eval.yaml", (folder / "prompts/support/triage/eval.yaml").read_text())
    chain = succeed("new", "digest", "--chain", "support/triage", "--chain", "support/triage", "--json", cwd=folder)
    golden("new/chain.json", chain.out)
    golden("new/chain.yaml", (folder / "prompts/digest/prompt.yaml").read_text())
    golden("new/chain-eval.yaml", (folder / "prompts/digest/eval.yaml").read_text())
    golden("new/again.txt", succeed("new", "digest", "--suite", cwd=folder).out)


def test_the_next_line_can_be_pasted(folder: Path) -> None:
    succeed("init", cwd=folder)
    line = succeed("new", "a", cwd=folder).err.strip().removeprefix("next: ")
    render = shlex.split(line.split(" && ")[1])
    assert succeed(*render[1:], cwd=folder).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["a", "--suite", "--model", "m"],
        ["a", "--suite", "--chain", "b"],
        ["a", "--chain", "b", "--model", "m"],
        ["a", "b"],
        [],
    ],
)
def test_calls_that_make_no_sense(folder: Path, arguments: list[str]) -> None:
    succeed("init", cwd=folder)
    refused = must_fail("new", *arguments, "--json", cwd=folder, code=2)
    assert refused.json["error"]["code"] == "PC001"


def test_from_a_sub_folder_it_writes_below_the_top(folder: Path) -> None:
    succeed("init", cwd=folder)
    (folder / "sub").mkdir()
    succeed("new", "a", cwd=folder / "sub")
    assert (folder / "prompts/a/prompt.yaml").is_file()


def test_outside_a_repository(tmp_path: Path) -> None:
    refused = must_fail("new", "a", cwd=tmp_path, code=2)
    assert "promptctl init" in refused.err
    assert promptctl("list", cwd=tmp_path).code == 2


def test_what_was_written_passes_its_suite(folder: Path) -> None:
    succeed("init", cwd=folder)
    succeed("new", "support/triage", cwd=folder)
    succeed("new", "digest", "--chain", "support/triage", "--chain", "support/triage", cwd=folder)
    assert succeed("eval", "--json", cwd=folder).json["ok"] is True
