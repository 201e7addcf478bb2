"""``promptctl fmt`` as people and scripts use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.snapshot import changed, snap
from tests.support import STARTER, must_fail, new_repository, succeed
from tests.versioning import PROMPT, text

MESSY = text().replace("description: Routes a support ticket.\n", "") + "description:   Routes a support ticket."


@pytest.mark.parametrize(("options", "code"), [(["--check"], 1), (["--diff"], 0), (["--check", "--diff"], 1)])
def test_looking_changes_nothing(folder: Path, options: list[str], code: int) -> None:
    repository = new_repository(folder, STARTER | {PROMPT: MESSY})
    before = snap(repository)
    ran = must_fail("fmt", *options, cwd=folder, code=1) if code else succeed("fmt", *options, cwd=folder)
    assert changed(before, snap(repository)) == set()
    assert f"{PROMPT} would change" in ran.out + ran.err


def test_the_diff_is_a_patch_that_git_takes(folder: Path) -> None:
    repository = new_repository(folder, STARTER | {PROMPT: MESSY})
    patch = succeed("fmt", "--diff", cwd=folder).out
    assert "\\ No newline at end of file" in patch
    repository.git("apply", "-", stdin=patch)
    by_patch = (folder / PROMPT).read_bytes()
    repository.git("checkout", "-q", PROMPT)
    succeed("fmt", cwd=folder)
    assert (folder / PROMPT).read_bytes() == by_patch != MESSY.encode()


def test_writing_says_what_and_then_has_nothing_to_do(folder: Path) -> None:
    repository = new_repository(folder, STARTER | {PROMPT: MESSY})
    before = snap(repository)
    assert succeed("fmt", cwd=folder).out == f"formatted {PROMPT}\n0 of 1 file right already\n"
    assert changed(before, snap(repository)) == {f"file {PROMPT}"}
    assert succeed("fmt", "--check", cwd=folder).out == "1 of 1 file right already\n"
    assert (folder / PROMPT).read_text() == text()


def test_programs_are_told_the_files(folder: Path) -> None:
    new_repository(folder, STARTER | {PROMPT: MESSY})
    ran = must_fail("fmt", "--check", "--json", cwd=folder, code=1)
    assert ran.data == {"files": [PROMPT], "looked_at": 1, "written": False}
    assert succeed("fmt", "--json", cwd=folder).data == {"files": [PROMPT], "looked_at": 1, "written": True}


def test_a_malformed_file_stops_it_before_anything_is_written(folder: Path) -> None:
    repository = new_repository(folder, STARTER | {PROMPT: MESSY, "prompts/x/prompt.yaml": "template: [\n"})
    before = snap(repository)
    ran = must_fail("fmt", cwd=folder, code=2)
    assert "prompts/x/prompt.yaml:2:1" in ran.err
    assert changed(before, snap(repository)) == set()


def test_a_link_is_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.yaml"
    outside.write_text(MESSY)
    repository = new_repository(folder)
    (folder / "prompts/x").mkdir()
    (folder / "prompts/x/prompt.yaml").symlink_to(outside)
    assert "right already" in succeed("fmt", cwd=repository.folder).out
    assert outside.read_text() == MESSY
