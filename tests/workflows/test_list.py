"""``list`` with every filter, what an environment serves, and files that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.moves.moves import Move, Moves
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import version
from promptctl.errors import DocumentError, UsageError
from promptctl.workflows.list import Filters, Listing, list_prompts
from tests.support import SETTINGS, build_files, new_repository

DIGEST = "sha256:" + "0" * 64
ENTRY = {"version": "1.2.0", "digest": DIGEST, "parts": {}, "releases": {"1.2.0": DIGEST}}
FILES = {
    "promptctl.toml": SETTINGS,
    "prompts/a/prompt.yaml": (
        "tags: [x, y]\nowner: ada\nmodel: gpt-4.1\nmetadata: {ticket: OPS-1, n: 3, deep: {k: v}}\ntemplate: a\n"
    ),
    "prompts/b/c/prompt.yaml": "tags: [x]\nowner: max\nmodel: {tier: balanced}\nmetadata: {a.b: dotted}\ntemplate: b\n",
    "prompts/chain/prompt.yaml": "steps:\n  - {name: s, prompt: a}\n",
    "prompts/prompts.lock": json.dumps({"format": 1, "prompts": {"a": ENTRY}}),
}


def pointer(name: str) -> str:
    return f"prompt: {name}\nlineage: 01JD0000000000000000000000\nserial: 1\nversion: 1.0.0\ndigest: {DIGEST}\n"


MOVES = (
    Moves()
    .append(
        Move(serial=1, at="2026-11-20T12:00:00Z", kind="promote", served=Served(version("1.0.0"), DIGEST), by="Ada")
    )
    .text
)


def listing(folder: Path, **filters: object) -> Listing:
    return list_prompts(Repository(build_files(folder, FILES)), Filters(**filters))  # type: ignore[arg-type]


def names(found: Listing) -> list[str]:
    return [listed.name for listed in found.prompts]


def test_all_by_name_with_the_locks_version(folder: Path) -> None:
    found = listing(folder)
    assert [(listed.name, str(listed.version)) for listed in found.prompts] == [
        ("a", "1.2.0"),
        ("b/c", "None"),
        ("chain", "None"),
    ]
    assert (found.total, found.state) == (3, None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tags": ("x",)}, ["a", "b/c"]),
        ({"tags": ("x", "y")}, ["a"]),
        ({"tags": ("z",)}, []),
        ({"owner": "ada"}, ["a"]),
        ({"owner": ""}, ["chain"]),
        ({"model": "gpt-4.1"}, ["a"]),
        ({"model": "gpt-*"}, ["a"]),
        ({"model": "tier:*"}, ["b/c"]),
        ({"model": "chain"}, ["chain"]),
        ({"metadata": {"ticket": "OPS-1"}}, ["a"]),
        ({"metadata": {"ticket": "OPS"}}, []),
        ({"metadata": {"n": "3"}}, ["a"]),
        ({"metadata": {"deep.k": "v"}}, ["a"]),
        ({"metadata": {"a.b": "dotted"}}, ["b/c"]),
        ({"metadata": {"ticket": "OPS-1", "n": "4"}}, []),
        ({"tags": ("x",), "owner": "max"}, ["b/c"]),
    ],
)
def test_filters(folder: Path, filters: dict[str, object], expected: list[str]) -> None:
    assert names(listing(folder, **filters)) == expected


def test_no_file_that_cannot_be_read_is_left_out_in_silence(folder: Path) -> None:
    build_files(folder, {"prompts/bad/prompt.yaml": "model: [", "prompts/Up/prompt.yaml": "template: x\n"})
    (folder / "prompts/link.j2").symlink_to("nowhere")
    with pytest.raises(DocumentError) as caught:
        listing(folder)
    assert sorted(problem.code for problem in caught.value.problems) == ["PC005", "PC011", "PC015"]


def test_what_an_environment_serves(tmp_path: Path) -> None:
    served = {f"prompts/environments/prod/{name}.yaml": pointer(name) for name in ("a", "gone")}
    served |= {f"prompts/environments/prod/{name}.moves.jsonl": MOVES for name in ("a", "gone")}
    repository = new_repository(tmp_path / "r", FILES | served)
    opened = Repository(repository.folder)
    found = list_prompts(opened, Filters(environment="prod"))
    assert [(listed.name, str(listed.version), listed.card is not None) for listed in found.prompts] == [
        ("a", "1.0.0", True),
        ("gone", "1.0.0", False),
    ]
    assert found.state is not None
    assert found.state.startswith("main at ")
    assert names(list_prompts(opened, Filters(environment="prod", tags=("x",)))) == ["a"]
    assert names(list_prompts(opened, Filters(environment="staging"))) == []
    with pytest.raises(UsageError, match="no environment `live`"):
        list_prompts(opened, Filters(environment="live"))


def test_what_an_environment_serves_under_an_old_name(tmp_path: Path) -> None:
    served = {"prompts/environments/prod/old.yaml": pointer("old"), "prompts/environments/prod/old.moves.jsonl": MOVES}
    renamed = {"prompts/new/prompt.yaml": "formerly: [old]\nowner: ada\ntemplate: x\n"}
    repository = new_repository(tmp_path / "r", FILES | served | renamed)
    found = list_prompts(Repository(repository.folder), Filters(environment="prod", owner="ada"))
    assert names(found) == ["old"]


def test_it_shows_signs_of_life_while_it_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signs: list[None] = []
    monkeypatch.setattr("promptctl.adapters.project.alive", lambda: signs.append(None))
    names = [f"many/prompt-{number}" for number in range(9)]
    repository = new_repository(folder, {f"prompts/{name}/prompt.yaml": f"template: {name}\n" for name in names})
    found = list_prompts(Repository(repository.folder), Filters())
    assert found.total == len(names)
    assert len(signs) >= len(names)
