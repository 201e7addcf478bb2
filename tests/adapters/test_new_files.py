"""New files: all or none, never over anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promptctl.adapters.new_files import write_new_files
from promptctl.errors import OutsideError, PromptctlError, UsageError

FILES = {"prompts/a/b/prompt.yaml": b"one", "prompts/a/b/eval.yaml": b"two"}


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_they_are_written_whole_with_their_folders(folder: Path) -> None:
    assert write_new_files(folder, FILES) == tuple(FILES)
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES
    assert everything(folder) == ["prompts", "prompts/a", "prompts/a/b", *sorted(FILES)]
    assert (folder / "prompts/a/b/prompt.yaml").stat().st_mode & 0o777 == 0o644


def test_a_run_that_was_killed_is_finished(folder: Path) -> None:
    write_new_files(folder, dict([*FILES.items()][:1]))
    assert write_new_files(folder, FILES) == ("prompts/a/b/eval.yaml",)
    assert write_new_files(folder, FILES) == ()


def _other(folder: Path) -> None:
    (folder / "prompts/a/b").mkdir(parents=True)
    (folder / "prompts/a/b/eval.yaml").write_text("mine")


def _link(folder: Path) -> None:
    (folder / "prompts/a/b").mkdir(parents=True)
    (folder / "prompts/a/b/eval.yaml").symlink_to(folder / "nowhere")


def _directory(folder: Path) -> None:
    (folder / "prompts/a/b/eval.yaml").mkdir(parents=True)


def _file_for_folder(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts/a").write_text("mine")


def _linked_folder(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "prompts/a").symlink_to(folder / "elsewhere")


@pytest.mark.parametrize("arrange", [_other, _link, _directory, _file_for_folder, _linked_folder])
def test_what_stands_in_the_way_stays_and_nothing_is_written(folder: Path, arrange: object) -> None:
    arrange(folder)  # type: ignore[operator]
    before = everything(folder)
    with pytest.raises(UsageError) as caught:
        write_new_files(folder, FILES)
    assert caught.value.code == "PC041"
    assert everything(folder) == before


def test_a_name_taken_between_looking_and_writing_undoes_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def link(source: str, target: Path) -> None:
        if target.name == "eval.yaml":
            target.write_text("theirs")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(UsageError, match=r"eval\.yaml exists already"):
        write_new_files(folder, FILES)
    assert everything(folder) == ["prompts", "prompts/a", "prompts/a/b", "prompts/a/b/eval.yaml"]
    assert (folder / "prompts/a/b/eval.yaml").read_text() == "theirs"


def test_a_disk_that_refuses_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.fsync, []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutsideError, match=r"eval\.yaml cannot be written: no space left") as caught:
        write_new_files(folder, FILES)
    assert (caught.value.code, caught.value.exit_code) == ("PC042", 4)
    assert everything(folder) == []


def test_an_error_of_any_kind_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: str, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(KeyboardInterrupt):
        write_new_files(folder, FILES)
    assert everything(folder) == []


def test_errors_are_ours(folder: Path) -> None:
    with pytest.raises(PromptctlError):
        write_new_files(folder, {"x" * 300: b""})
