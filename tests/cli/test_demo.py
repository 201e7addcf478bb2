"""``promptctl demo``: the whole line offline, as people see it, and repeated by hand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from promptctl.adapters.scratch import demo_files
from promptctl.cli.shell import main
from promptctl.core.demo_script import CHAPTERS
from promptctl.errors import PromptctlError
from promptctl.workflows.demo import RanStep, Watcher, demo
from tests.forking import program
from tests.golden import FOLDER, golden
from tests.support import GitRepository, must_fail, promptctl, succeed


def masked(text: str, folder: Path) -> str:
    """What differs from run to run taken out: folders, commits, times."""
    text = text.replace(str(folder), "FOLDER").replace(str(demo_files()), "FILES")
    text = re.sub(r"\b(at|commit) [0-9a-f]{7}\b", r"\1 COMMIT", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "0000-00-00T00:00:00Z", text)
    text = re.sub(r"\d{4}-\d\d-\d\d(?=  sha256)", "0000-00-00", text)
    return re.sub(r"in \d+ seconds", "in N seconds", text)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with settings that the demo must not follow; its folder for temporary files."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setenv("OPENAI_API_KEY", "never-sent")
    monkeypatch.setenv("PROMPTCTL_PROVIDER", "anthropic")
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    return scratch


def test_screen(tmp_path: Path, hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = succeed("demo", "--keep", "kept", cwd=tmp_path)
    monkeypatch.delenv("GIT_DIR")
    assert not list(hostile.iterdir())
    golden("demo/screen.txt", masked(shown.out, tmp_path / "kept"))
    assert shown.err == ""
    kept = GitRepository(tmp_path / "kept/shop")
    assert kept.git("status", "--porcelain") == ""
    assert kept.git("rev-parse", "HEAD") == kept.git("rev-parse", "origin/main")
    assert GitRepository(tmp_path / "kept/shop.git").git("tag", "--list").splitlines() == [
        "prompts/support/reply@v1.0.0",
        "prompts/support/reply@v1.1.0",
        "prompts/support/reply@v1.2.0",
    ]


def test_the_same_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = (FOLDER / "demo/screen.txt").read_text()
    hand = tmp_path / "hand"
    hand.mkdir()
    monkeypatch.setenv("PATH", str(program(tmp_path / "programs")), prepend=":")
    lines = [line.removeprefix("$ ") for line in screen.splitlines() if line.startswith("$ ")]
    typed = "\n".join(lines).replace("FOLDER", str(hand)).replace("FILES", str(demo_files()))
    done = subprocess.run(["bash"], input=typed, capture_output=True, text=True, check=False, cwd=tmp_path)
    printed = masked(done.stdout, hand).splitlines()
    assert [line for line in printed if line] == answers(screen)


def answers(screen: str) -> list[str]:
    """The lines of a screen without what the demo itself says, and without hints: those are no standard output."""
    own = ("$ ", "# ", "next: ", "(exit ", "Every line")
    lines = screen[: screen.index("Done in")].splitlines()
    return [line for line in lines if line and not line.startswith(own)]


def test_who_stops_reading_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def gone(line: str) -> None:
        raise BrokenPipeError

    watcher = Watcher(start=lambda *_: None, chapter=lambda _: None, line=gone, output=lambda _: None)
    with pytest.raises(BrokenPipeError):
        demo(None, watcher)
    assert not list(tmp_path.iterdir())


def test_the_first_chapter_as_json(
    tmp_path: Path, hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("promptctl.workflows.demo.CHAPTERS", CHAPTERS[:1])
    monkeypatch.setattr("tempfile.tempdir", str(hostile))
    assert main(["demo", "--json", "-C", str(tmp_path)]) == 0
    steps = json.loads(capsys.readouterr().out)["data"]["steps"]
    assert [step["line"] for step in steps] == [step.line for step in CHAPTERS[0].steps]
    assert not list(hostile.iterdir())


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert "PC034" in must_fail("demo", "--keep", ".", cwd=tmp_path, code=2).err
    assert "PC034" in must_fail("demo", "--keep", "mine", cwd=tmp_path, code=2).err
    assert "PC042" in must_fail("demo", "--keep", "mine/below", cwd=tmp_path, code=4).err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("line", "spoiled", "ended", "code"),
    [
        ("promptctl lint", "prompts/shared/tone.j2", "exit 1, not 0", 70),
        ("git push -q -u origin main", "../shop.git", "exit 128, not 0", 4),
        ("promptctl release", "../shop.git", "exit 4, not 0", 4),
    ],
)
def test_a_step_that_ends_otherwise_stops_it(tmp_path: Path, line: str, spoiled: str, ended: str, code: int) -> None:
    seen: list[RanStep] = []

    def spoil(said: str) -> None:
        if said == line:
            lost = tmp_path / "kept/shop" / spoiled
            shutil.rmtree(lost) if lost.is_dir() else lost.unlink()

    watcher = Watcher(start=lambda *_: None, chapter=lambda _: None, line=spoil, output=seen.append)
    with pytest.raises(PromptctlError) as failure:
        demo(tmp_path / "kept", watcher)
    assert (failure.value.code, failure.value.exit_code) == ("PC035" if code == 70 else "PC036", code)
    assert f"`{line}` ended with {ended}" in str(failure.value)
    assert (seen[-1].line, bool(seen[-1].output)) == (line, True)


def test_needs_git(tmp_path: Path) -> None:
    ran = promptctl("demo", cwd=tmp_path, environment={"PATH": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert (ran.code, "PC091" in ran.err) == (4, True)
