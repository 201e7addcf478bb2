"""What commands know from earlier ones makes them faster and changes no answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.adapters import work_tree
from tests.shipping import NAME, OTHER, line, pointer_file, run
from tests.support import GitRepository, Ran, build_files
from tests.versioning import LOCK, PROMPT, TONE, breaking, plain, text

LINES = ("status", "drift", "list --json", "lint", "lock --check", f"hash {NAME}@1.0.0")
MORE = (f"lint {NAME}", f"hash {NAME}", f"history {NAME}", "hook lint", f"render {NAME} -i ticket=x")

SUITE = f"prompts/{NAME}/eval.yaml"
MOVED = f"prompts/{NAME}@v1.0.0"
CHANGES: dict[str, Callable[[GitRepository], object]] = {
    "nothing": lambda found: None,
    "a prompt": lambda found: build_files(found.folder, {PROMPT: text("another queue")}),
    "its contract": lambda found: build_files(found.folder, {PROMPT: breaking()}),
    "what it includes": lambda found: build_files(found.folder, {TONE: "Be long.\n"}),
    "what it includes is gone": lambda found: (found.folder / TONE).unlink(),
    "a prompt is gone": lambda found: (found.folder / PROMPT).unlink(),
    "a new prompt": lambda found: build_files(found.folder, {"prompts/new/prompt.yaml": plain()}),
    "no template": lambda found: build_files(found.folder, {PROMPT: text("{{ queue")}),
    "no YAML": lambda found: build_files(found.folder, {PROMPT: "a: ["}),
    "a finding": lambda found: build_files(found.folder, {PROMPT: text("a {{ queue }}")}),
    "a broken suite": lambda found: build_files(found.folder, {SUITE: "cases: [\n"}),
    "an ignore": lambda found: build_files(found.folder, {PROMPT: text("one queue") + "# promptctl: ignore L001\n"}),
    "a staged prompt": lambda found: (
        build_files(found.folder, {PROMPT: text("another queue")}),
        found.git("add", PROMPT),
    ),
    "line ends": lambda found: build_files(found.folder, {PROMPT: text("one queue").replace("\n", "\r\n")}),
    "an old version": lambda found: build_files(found.folder, {PROMPT: text()}),
    "the lock": lambda found: build_files(
        found.folder, {LOCK: (found.folder / LOCK).read_text().replace("1.2", "1.3")}
    ),
    "a broken lock": lambda found: build_files(found.folder, {LOCK: "<<<<<<< HEAD\n"}),
    "settings": lambda found: build_files(found.folder, {"promptctl.toml": '[lint]\nrequire = ["metadata"]\n'}),
    "a tag": lambda found: found.git("tag", "-f", MOVED, "HEAD", "-m", "moved"),
    "no tag": lambda found: (
        found.git("tag", "-d", MOVED),
        found.git("update-ref", "-d", f"refs/promptctl/remote/origin/tags/{MOVED}"),
    ),
    "a pointer": lambda found: _pushed(found, {pointer_file(): "prompt: text/summary\n"}),
    "everything at once": lambda found: found.git("checkout", "-q", MOVED),
}


def _pushed(found: GitRepository, files: dict[str, str]) -> None:
    found.git("pull", "-q", "--rebase")
    found.commit(files)
    found.git("push", "-q")


def answers(repository: GitRepository, cache: Path, lines: tuple[str, ...] = LINES) -> dict[str, Ran]:
    return {words: run(repository, *words.split(), PROMPTCTL_CACHE_DIR=str(cache)) for words in lines}


@pytest.mark.parametrize(("change", "many"), [("a prompt", 500), ("what it includes", 0), ("a tag", 0)])
def test_it_changes_no_answer(folder: Path, monkeypatch: pytest.MonkeyPatch, change: str, many: int) -> None:
    monkeypatch.setattr(work_tree, "MANY", many)
    judge(folder, change, LINES)


@pytest.mark.long
@pytest.mark.parametrize("many", [0, 500], ids=["by the index", "by a walk"])
@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_no_answer_of_any_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: str, many: int
) -> None:
    monkeypatch.setattr(work_tree, "MANY", many)
    judge(folder, change, LINES + MORE)


def judge(folder: Path, change: str, lines: tuple[str, ...]) -> None:
    """Commands after a change say what they say to somebody who never ran one."""
    repository = line(folder, staged=("1.0.0", "1.1.0"))
    before = answers(repository, folder / "known", lines)
    assert answers(repository, folder / "known", lines) == before
    CHANGES[change](repository)
    told = answers(repository, folder / "known", lines)
    assert told == answers(repository, folder / "nothing", lines)
    assert (told == before) is (change == "nothing")


SPOILED: dict[str, Callable[[Path], object]] = {
    "other digests": lambda file: file.write_bytes(file.read_bytes().replace(b"sha256:", b"sha256:0")),
    "cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "filled": lambda file: file.write_bytes(b"{}\n" * 100_000),
    "no file": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.mark.long
@pytest.mark.parametrize("spoil", SPOILED)
def test_what_was_spoiled_is_found_out_anew(folder: Path, spoil: str) -> None:
    repository = line(folder, staged=("1.0.0",))
    before = answers(repository, folder / "known")
    kept = [file for file in (folder / "known").rglob("*") if file.is_file()]
    assert len(kept) > 5
    for file in kept:
        SPOILED[spoil](file)
    assert answers(repository, folder / "known") == before
    assert OTHER in before["status"].out
