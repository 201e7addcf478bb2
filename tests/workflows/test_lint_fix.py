"""``lint --fix``: what it repairs, and that nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.adapters.yaml_tokens import yaml_tokens
from promptctl.core.files.yaml_edit import without_item
from promptctl.core.lint.selection import Selection
from promptctl.core.prompts.canonical import digest
from promptctl.workflows.lint_fix import lint_fix, write
from tests.snapshot import changed, snap
from tests.support import build_files, must_fail, new_repository, succeed

REST = "model: m\ntemplate: x\n"

REPAIRED = {
    "a repeated tag": ("tags: [a, b, a]\n" + REST, "tags: [a, b]\n" + REST),
    "the first of a flow list": ("tags: [a, a , b,]\n" + REST, "tags: [a, b,]\n" + REST),
    "all repeated": ("tags: [a, a, a]\n" + REST, "tags: [a]\n" + REST),
    "dashes": ("tags:\n- a\n- b\n- a\n" + REST, "tags:\n- a\n- b\n" + REST),
    "the last line": (REST + "tags:\n  - 'a'\n  - \"a\"", REST + "tags:\n  - 'a'\n"),
    "a former name that is a prompt": ("formerly: [q, old]\n" + REST, "formerly: [old]\n" + REST),
    "the only former name": ("formerly: [q]\n" + REST, "formerly: []\n" + REST),
    "an ignore": ("# about\n# promptctl: ignore L021\n" + REST, "# about\n" + REST),
    "an ignore beside": (REST.replace(": m", ": m   # promptctl: ignore L021 (why)"), REST),
    "an ignore behind words": (REST.replace(": m", ": m # best. promptctl: ignore L021"),
                               REST.replace(": m", ": m # best.")),
    "one code of an ignore": ("model: m\ntemplate: '' # promptctl: ignore L001, L021,L022 (why)\n",
                              "model: m\ntemplate: '' # promptctl: ignore L021 (why)\n"),
    "a byte order mark": ("\ufeff" + REST, REST),
    "line ends stay": ("tags: [a, a]\r\nmodel: m\r\ntemplate: x\r\n", "tags: [a]\r\nmodel: m\r\ntemplate: x\r\n"),
    "everything at once": ("\ufefftags: [a, a]\n# promptctl: ignore L060\n" + REST, "tags: [a]\n" + REST),
}  # fmt: skip
LEFT = {
    "a comment would go": "tags:\n  - a\n  - a  # twice\n" + REST,
    "a list would be empty": "formerly:\n  - q\n" + REST,
    "a misspelt code": "# promptctl: ignore L0211\n" + REST,
    "no code": "# promptctl: ignore\n" + REST,
    "an ignore in a template": "model: m\ntemplate: 'x{# promptctl: ignore L021 #}'\n",
    "an ignore that works": "model: m\ntemplate: '' # promptctl: ignore L021\n",
    "a tag that is no text": "tags: [1, 1]\n" + REST,
    "a list elsewhere": "inputs: {tags: {enum: [a, a]}}\n" + REST,
    "what is sent": "model: m\ntemplate: 'a\u200bb'\n",
    "a file that is no YAML": "tags: [a, a]\ntemplate: [\n",
}


def repaired(folder: Path, text: str, **options: Any) -> str:
    build_files(folder, {"prompts/p/prompt.yaml": text, "prompts/q/prompt.yaml": REST})
    write(folder, lint_fix(Project(WorkTree(folder)), **options))
    return (folder / "prompts/p/prompt.yaml").read_bytes().decode()


@pytest.mark.parametrize("name", REPAIRED)
def test_what_is_repaired(folder: Path, name: str) -> None:
    before, after = REPAIRED[name]
    assert repaired(folder, before) == after
    assert repaired(folder, after) == after


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left(folder: Path, name: str) -> None:
    assert repaired(folder, LEFT[name]) == LEFT[name]


def test_rules_that_do_not_count_are_not_repaired(folder: Path) -> None:
    text = "# promptctl: ignore L021\n" + REST
    assert repaired(folder, text, selection=Selection(ignore=("L021",))) == text


def test_a_partial_loses_its_mark_and_the_rest_is_judged_as_it_will_be(folder: Path) -> None:
    build_files(folder, {"prompts/p/prompt.yaml": "model: m\ntemplate: '{% include \"a.j2\" %}'\n"})
    build_files(folder, {"prompts/a.j2": "\ufeffHi {{ who }}\n", "prompts/p/eval.yaml": "\ufeffcases: 1\n"})
    result = lint_fix(Project(WorkTree(folder)))
    assert result.fixes == (
        ("prompts/p/eval.yaml", "took out the byte order mark"),
        ("prompts/a.j2", "took out the byte order mark"),
    )
    assert {finding.code for finding in result.left.findings} == {"L001", "PC012"}


def test_a_repair_never_changes_the_digest(folder: Path) -> None:
    build_files(folder, {"prompts/p/prompt.yaml": "formerly: [q, old]\n# promptctl: ignore L060\n" + REST})
    build_files(folder, {"prompts/q/prompt.yaml": REST})
    before = digest(Project(WorkTree(folder)).closure("p"))
    result = lint_fix(Project(WorkTree(folder)))
    write(folder, result)
    assert len(result.fixes) == 2
    assert digest(Project(WorkTree(folder)).closure("p")) == before


ITEMS = st.lists(st.sampled_from(["a", "b", "'c d'", '"e"']), min_size=1, max_size=5)


@given(ITEMS, st.booleans(), st.integers(0, 5), st.sampled_from(["", " ", "  "]))
def test_taking_an_item_out_leaves_the_others(items: list[str], flow: bool, index: int, blank: str) -> None:
    dashes = "".join(f"\n{blank}-{blank or ' '}{item}" for item in items)
    text = "k: 1\nlist: " + (f"[{blank}{f'{blank},'.join(items)}]" if flow else dashes) + "\nz: [a]\n"
    value = parse_yaml(text.encode(), "f").value
    shorter = without_item(text, yaml_tokens(text), "list", index)
    if index >= len(items):
        assert shorter is None
        return
    assert shorter is not None
    left = value["list"][:index] + value["list"][index + 1 :]
    assert parse_yaml(shorter.encode(), "f").value == value | {"list": left or ([] if flow else None)}


def test_on_the_command_line(folder: Path) -> None:
    text = "tags: [a, a]\nmodel: m\ntemplate: '{{ x }}'  # promptctl: ignore L062\n"
    repository = new_repository(folder, {"promptctl.toml": "", "prompts/p/prompt.yaml": text})
    ran = must_fail("lint", "--fix", cwd=folder, code=1)
    assert ran.out.startswith(
        "prompts/p/prompt.yaml: took out `a`, which stood in `tags` before\n"
        "prompts/p/prompt.yaml: took out the ignore of L062\n\n"
    )
    assert "error[L001]" in ran.out
    before = snap(repository)
    again = must_fail("lint", "--fix", "--json", cwd=folder, code=1)
    assert again.data["fixed"] == []
    assert changed(before, snap(repository)) == set()
    assert succeed("lint", "--fix", "--select", "L021", cwd=folder).out == "1 prompt: nothing to report\n"
