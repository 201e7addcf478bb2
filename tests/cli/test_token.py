"""``token``: made, listed and taken away; the secret is shown once and kept nowhere."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.support import must_fail, succeed


def test_a_token_comes_and_goes(tmp_path: Path) -> None:
    made = succeed("token", "new", "robot", "--env", "staging", "--allow", "promote", "--tokens", "kept", cwd=tmp_path)
    secret = made.out.strip()
    (file,) = (tmp_path / "kept").iterdir()
    assert secret[18:] not in file.read_text()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    (row,) = succeed("token", "list", "--tokens", "kept", "--json", cwd=tmp_path).data["tokens"]
    assert (row["id"], row["name"], row["environments"]) == (file.stem, "robot", ["staging"])
    assert "digest" not in row
    succeed("token", "revoke", row["id"], "--tokens", "kept", cwd=tmp_path)
    assert succeed("token", "list", "--tokens", "kept", cwd=tmp_path).out == "no tokens\n"


@pytest.mark.parametrize("mode", [0o750, 0o707, 0o755])
def test_a_folder_that_others_may_use_counts_for_nothing(tmp_path: Path, mode: int) -> None:
    succeed("token", "new", "robot", "--tokens", "kept", cwd=tmp_path)
    (tmp_path / "kept").chmod(mode)
    for words in (("list",), ("new", "another")):
        assert "PC314" in must_fail("token", *words, "--tokens", "kept", cwd=tmp_path, code=3).err
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"id": "0123456789ab"}', "\0", "null"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    succeed("token", "new", "robot", "--tokens", "kept", cwd=tmp_path)
    (tmp_path / "kept" / "0123456789ab.json").write_text(text)
    assert "0123456789ab.json is no token" in must_fail("token", "list", "--tokens", "kept", cwd=tmp_path, code=2).err
