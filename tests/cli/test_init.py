"""``promptctl init`` as people and programs see it."""

from __future__ import annotations

from pathlib import Path

from tests.golden import golden
from tests.support import GitRepository, must_fail, new_repository, succeed


def test_screens(folder: Path) -> None:
    first = succeed("init", cwd=folder)
    golden("init/new.txt", (first.out + first.err).replace(str(folder), "FOLDER"))
    again = succeed("init", cwd=folder)
    golden("init/again.txt", again.out)
    golden("init/again.json", succeed("init", "--json", cwd=folder).out.replace(str(folder), "FOLDER"))
    golden("init/promptctl.toml", (folder / "promptctl.toml").read_text())


def test_a_branch_of_its_own_from_a_sub_folder(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r", {"a b/x": "1"})
    shown = succeed("init", "--state-branch", cwd=repository.folder / "a b")
    golden("init/state-branch.txt", shown.out.replace(str(repository.folder), "FOLDER"))


def test_the_printed_line_commits_what_was_written(folder: Path) -> None:
    line = succeed("init", "--json", cwd=folder).data["commit"]
    done = GitRepository(folder)
    for command in line.split(" && "):
        done.git(*command.replace('"', "").split(" ", 3)[1:])
    assert done.git("ls-files") == "promptctl.toml"


def test_refusals_write_nothing(folder: Path) -> None:
    (folder / "prompts").write_text("")
    refused = must_fail("init", "--json", cwd=folder, code=2)
    assert refused.json["error"]["code"] == "PC041"
    assert [path.name for path in folder.iterdir()] == ["prompts"]
