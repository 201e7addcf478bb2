"""Facts kept between commands: what is there comes back whole, and nothing wrong ever does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.adapters.facts import Facts, facts_of
from promptctl.adapters.known import CommitDigests, KnownDigests, KnownFiles
from promptctl.adapters.known_lock import KnownEntries


def one_file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_what_was_put_is_there_for_the_next_command(folder: Path) -> None:
    kept = Facts(folder / "kept")
    kept.put("digests", "a/b", ["sha256:1", {"p": None}])
    assert kept.get("digests", "a/b") == ["sha256:1", {"p": None}]
    assert not (folder / "kept").exists()
    kept.save()
    assert Facts(folder / "kept").get("digests", "a/b") == ["sha256:1", {"p": None}]
    assert Facts(folder / "kept").get("others", "a/b") is None
    assert (folder / "kept").stat().st_mode & 0o777 == 0o700
    assert one_file(folder / "kept").stat().st_mode & 0o777 == 0o600


def test_two_repositories_share_nothing(folder: Path) -> None:
    here = facts_of(folder / "here", folder / "cache")
    here.put("s", "k", 1)
    here.save()
    assert facts_of(folder / "here", folder / "cache").get("s", "k") == 1
    assert facts_of(folder / "there", folder / "cache").get("s", "k") is None


def _shared(path: Path) -> None:
    path.chmod(0o666)


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


SPOILED: dict[str, Callable[[Path], object]] = {
    "tampered": lambda path: path.write_bytes(path.read_bytes().replace(b'"k":1', b'"k":2')),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "empty": lambda path: path.write_bytes(b""),
    "filled": lambda path: path.write_bytes(b"\0" * 100_000),
    "no seal": lambda path: path.write_bytes(path.read_bytes().partition(b"\n")[2]),
    "deep": lambda path: path.write_bytes(b"x\n" + b"[" * 100_000),
    "writable by others": _shared,
    "a link": _linked,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
}


@pytest.mark.parametrize("spoil", SPOILED)
def test_what_was_spoiled_is_a_miss(folder: Path, spoil: str) -> None:
    kept = Facts(folder / "kept")
    kept.put("s", "k", 1)
    kept.save()
    SPOILED[spoil](one_file(folder / "kept"))
    assert Facts(folder / "kept").get("s", "k") is None


def test_another_version_of_the_program_knows_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Facts(folder / "kept")
    kept.put("s", "k", 1)
    kept.save()
    monkeypatch.setattr("promptctl.adapters.facts._stamped", b"another")
    assert Facts(folder / "kept").get("s", "k") is None


def test_a_file_that_grows_too_large_keeps_what_is_newer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptctl.adapters.facts._FILES", 1)
    monkeypatch.setattr("promptctl.adapters.facts._MOST_WRITTEN", 1000)
    kept = Facts(folder / "kept")
    for number in range(100):
        kept.put("s", str(number), "x" * 20)
    kept.save()
    assert one_file(folder / "kept").stat().st_size < 1200
    known = [number for number in range(100) if Facts(folder / "kept").get("s", str(number))]
    assert known == list(range(100 - len(known), 100))
    assert known


def test_what_cannot_be_written_is_not_kept_and_no_error(folder: Path) -> None:
    (folder / "kept").write_text("in the way")
    kept = Facts(folder / "kept")
    kept.put("s", "k", 1)
    kept.save()
    assert Facts(folder / "kept").get("s", "k") is None


@pytest.mark.parametrize(
    "fact", [None, 1, "sha256:1", [], ["sha256:1"], [1, {"p": "x"}], ["sha256:1", {}], ["sha256:1", ["p"]], {"a": 1}]
)
def test_a_fact_of_another_form_is_a_miss(folder: Path, fact: object) -> None:
    kept = Facts(folder)
    kept.put("digests", "a", json.loads(json.dumps(fact)))
    assert KnownDigests(kept, {"p": "x"}.get).digest("a") is None


@pytest.mark.parametrize("now", [{}, {"p": "x"}, {"p": "y", "q": "z"}, {"p": "x", "q": "z", "r": "came"}])
def test_a_digest_holds_while_all_of_its_contents_do(folder: Path, now: dict[str, str]) -> None:
    then = {"p": "x", "q": "z"}
    kept = Facts(folder)
    KnownDigests(kept, then.get).keep("a", "sha256:1", ["p", "q", "r"])
    assert KnownDigests(kept, then.get).digest("a") == "sha256:1"
    assert KnownDigests(kept, now.get).digest("a") is None


@pytest.mark.parametrize(
    ("then", "digest"), [({"p": "1"}, "sha256:1"), ({"p": "2"}, None), ({"p": "1", "q": "1"}, None)]
)
def test_a_commit_with_the_files_of_the_work_tree_has_their_digests(
    folder: Path, then: dict[str, str], digest: str | None
) -> None:
    kept = Facts(folder / "kept")
    here = KnownDigests(kept, {"p": "1"}.get)
    here.keep("a", "sha256:1", ["p", "q"])
    assert CommitDigests(kept, "c", KnownDigests(kept, then.get)).digest("a") == digest


def test_a_command_that_asks_for_all_entries_of_a_lock_notes_the_first_ones_once(folder: Path) -> None:
    def ask() -> set[str]:
        known, before = Facts(folder), {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        entries = KnownEntries(KnownFiles(known, lambda _path: "content"), dict)
        assert not any(entries.get(f"p{number}") for number in range(40))
        known.save()
        return {path.name for path in folder.iterdir() if path.stat().st_mtime_ns != before.get(path.name)}

    assert ask()
    assert ask() == set()
