"""The ten thousand vectors of ``spec/assign`` are fresh, and hold by plain SHA-256 and in another language."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.assign_vectors import FILE, UNITS_EACH, text
from tests.services import REQUIRED

CHECK = FILE.parent / "check.mjs"


@pytest.fixture(scope="module")
def node() -> str:
    program = shutil.which("node")
    if program is None:
        (pytest.fail if REQUIRED else pytest.skip)("there is no node to recompute the vectors with")
    return str(program)


def test_the_file_is_fresh() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "python -m tests.assign_vectors"


def test_places_are_plain_sha256() -> None:
    """Nothing of the implementation."""
    for split in json.loads(FILE.read_text(encoding="utf-8")):
        assert len({unit for unit, _, _ in split["units"]}) == UNITS_EACH
        for unit, place, arms in split["units"]:
            hashed = hashlib.sha256(f"promptctl-assign/v1|{split['salt']}|{unit}".encode()).digest()
            assert (int.from_bytes(hashed[:8]) >> 11) * 10_000 >> 53 == place
            assert len(arms) == len(split["changes"])


def test_another_language_comes_to_the_same(node: str) -> None:
    ran = subprocess.run([node, str(CHECK)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "10000 units of 10 splits, 0 wrong\n", "")


def test_another_language_finds_what_is_wrong(node: str, tmp_path: Path) -> None:
    splits = json.loads(FILE.read_text(encoding="utf-8"))
    splits[0]["units"][1][1] += 1
    splits[1]["units"][1][2] = "bbb"
    splits[2]["changes"][0]["percents"]["a"] = "49"
    splits[3]["changes"][1]["ranges"]["a"][0][0] += 1
    (tmp_path / FILE.name).write_text(json.dumps(splits), encoding="utf-8")
    shutil.copy(CHECK, tmp_path)
    ran = subprocess.run([node, str(tmp_path / CHECK.name)], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    said = [line.partition(":")[0].partition(" ")[0] for line in ran.stdout.splitlines()[1:]]
    assert list(dict.fromkeys(said)) == ["triage-1.3.0", "rolled-back", "third-arm", "turned-round"]
