"""Faults of a source (RELIABILITY I10): no exception comes out, the last good bundle is served, the status says so."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl import StateError
from promptctl.adapters.last_good import Kept, LastGood
from tests.bundles import LINEAGE, bundle_of, small_bundle
from tests.runtime.prompting import prompts_of, serves, written


def delete(path: Path) -> None:
    path.unlink()


def make_unreadable(path: Path) -> None:
    path.unlink()
    path.mkdir()


def cut_in_half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Good day", b"Bad day!"))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def make_older(path: Path) -> None:
    written(path.parent, small_bundle(serial=4))


def make_foreign(path: Path) -> None:
    written(path.parent, small_bundle(environment="staging", serial=9))


def make_a_link(path: Path) -> None:
    other = written(path.parent, small_bundle(serial=9), "other.json")
    path.unlink()
    path.symlink_to(other)


def make_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def nest(path: Path) -> None:
    path.write_bytes(b'{"format":1,"digest":' + b"[" * 200_000)


FAULTS: dict[Callable[[Path], None], str] = {
    delete: "PC010",
    make_unreadable: "PC010",
    cut_in_half: "PC211",
    flip: "PC211",
    empty: "PC210",
    make_older: "PC212",
    make_foreign: "PC213",
    make_a_link: "PC010",
    make_a_pipe: "PC010",
    nest: "PC211",
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_a_file_that_is_spoilt(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = written(tmp_path, small_bundle(serial=5))
    prompts = prompts_of(path)
    serves(prompts, "fresh", None)
    spoil(path)
    for _ in range(2):
        prompts.refresh()
        serves(prompts, "stale", FAULTS[spoil])
    if path.is_dir():
        path.rmdir()
    again = prompts_of(path)
    serves(again, "last-good", FAULTS[spoil])
    assert "fallback" in again.get("greet").notes
    written(tmp_path, small_bundle(serial=6))
    for healed in (prompts, again):
        assert healed.refresh().ok
        assert healed.get("greet").notes == {"no-unit"}


def test_any_flipped_byte_is_a_fault(tmp_path: Path) -> None:
    data = bundle_of({"greet": {"1.0.0": "Good day {{ name }}"}}).to_bytes()
    path = written(tmp_path, data)
    prompts = prompts_of(path)
    look = prompts._keeper.look
    for place in range(0, len(data), 5):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        look()
        assert prompts._keeper._failing
    assert prompts.status().fault_count == len(range(0, len(data), 5))
    serves(prompts, "stale", "PC211")


def test_starting_with_nothing_serves_as_soon_as_there_is_something(tmp_path: Path) -> None:
    prompts = prompts_of(tmp_path / "prod.json")
    assert (prompts.status().state, prompts.status().age) == ("empty", None)
    for unit in (None, "u"):
        with pytest.raises(StateError) as caught:
            prompts.get("greet", unit=unit)
        assert caught.value.code == "PC218"
    written(tmp_path)
    assert prompts.refresh().ok
    serves(prompts, "fresh", "PC010")


def test_a_bundle_shipped_with_the_application_comes_last(tmp_path: Path) -> None:
    fallback = written(tmp_path, name="shipped.json")
    prompts = prompts_of(tmp_path / "prod.json", fallback=fallback)
    serves(prompts, "fallback", "PC010")
    assert prompts.get("greet").notes == {"no-unit", "fallback"}
    assert prompts.get("greet", version="1.0.0").notes == {"fallback"}
    broken = prompts_of(tmp_path / "prod.json", fallback=tmp_path / "none.json")
    assert [fault.code for fault in broken.status().faults] == ["PC010", "PC010"]


def test_an_older_file_is_refused_after_a_restart_too(tmp_path: Path) -> None:
    path = written(tmp_path, small_bundle(serial=7))
    assert prompts_of(path).status().ok
    written(tmp_path, small_bundle(serial=6))
    prompts = prompts_of(path)
    serves(prompts, "last-good", "PC212")
    assert prompts.status().serials == {"greet": 7, "both": 7}


def test_a_removed_prompt_does_not_come_back_by_an_older_file(tmp_path: Path) -> None:
    path = written(tmp_path, small_bundle(serial=7))
    prompts = prompts_of(path)
    written(tmp_path, bundle_of({"other": {"1.0.0": "x"}}, serial=1))
    assert prompts.refresh().ok
    written(tmp_path, small_bundle(serial=6))
    assert [fault.code for fault in prompts.refresh().faults] == ["PC212"]


def spoil_last_good(how: str, path: Path) -> None:
    if how == "flipped":
        path.write_bytes(path.read_bytes().replace(b"Good", b"Bad!"))
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif how == "writable by others":
        path.chmod(0o666)
    elif how == "another's":
        os.chown(path, 12345, -1)
    elif how == "a link":
        path.rename(path.with_suffix(".kept"))
        path.symlink_to(path.with_suffix(".kept"))


@pytest.mark.parametrize("how", ["flipped", "cut", "writable by others", "another's", "a link"])
def test_a_last_good_file_that_is_not_ours_is_none(tmp_path: Path, how: str) -> None:
    if how == "another's" and os.getuid():
        pytest.skip("only root can give a file away")
    path = written(tmp_path)
    kept = prompts_of(path)._keeper._last_good
    assert kept
    assert kept.path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    assert prompts_of(path).status().state == "last-good"
    spoil_last_good(how, kept.path)
    assert prompts_of(path).status().state == "empty"


def test_a_disk_that_is_full_is_a_fault_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("PROMPTCTL_CACHE_DIR", str(tmp_path / "cache"))
    prompts = prompts_of(written(tmp_path))
    status = prompts.status()
    assert (status.state, status.ok) == ("fresh", True)
    assert [fault.code for fault in status.faults] == ["PC042"]


def test_a_slower_process_does_not_put_an_older_last_good_file_back(tmp_path: Path) -> None:
    kept = LastGood(tmp_path, "s", "prod", "")
    kept.write(Kept(b"new", {"greet": (LINEAGE, 7)}))
    kept.write(Kept(b"old", {"greet": (LINEAGE, 6)}))
    assert kept.read() == Kept(b"new", {"greet": (LINEAGE, 7)})
    kept.write(Kept(b"newer", {"greet": (LINEAGE, 8)}))
    assert kept.read() == Kept(b"newer", {"greet": (LINEAGE, 8)})


def test_a_pinned_key_must_have_signed(tmp_path: Path) -> None:
    for name in ("own", "other"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(command, check=True, capture_output=True)

    def sign(path: Path, key: str) -> None:
        path.with_name(path.name + ".sig").unlink(missing_ok=True)
        command = ["ssh-keygen", "-Y", "sign", "-q", "-n", "promptctl-bundle", "-f", str(tmp_path / key), str(path)]
        subprocess.run(command, check=True, capture_output=True)

    path = written(tmp_path, small_bundle(serial=1))
    sign(path, "own")
    prompts = prompts_of(path, signer=tmp_path / "own.pub")
    serves(prompts, "fresh", None)
    written(tmp_path, small_bundle(serial=2))
    assert prompts.refresh().faults[-1].code == "PC214"
    sign(path, "other")
    os.utime(path)
    assert prompts.refresh().faults[-1].code == "PC214"
    assert prompts.status().serials["greet"] == 1
    sign(path, "own")
    assert prompts.refresh().ok
    path.unlink()
    serves(prompts_of(path, signer=tmp_path / "own.pub"), "last-good", "PC010")
    assert prompts_of(path).status().state == "empty"


def test_what_is_kept_takes_no_more_room_than_it_has(tmp_path: Path) -> None:
    """A machine that promises no more memory than it has would refuse to make room for the largest bundle there is."""
    kept, last_good = Kept(small_bundle().to_bytes(), {}), LastGood(tmp_path, "source", "prod", "")
    last_good.write(kept)
    tracemalloc.start()
    try:
        assert last_good.read() == kept
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
