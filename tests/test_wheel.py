"""What is installed: the same bytes from the same files wherever they are built, with all that the program reads."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.github_runner import ROOT

PACKED = "promptctl/reports/vega/packed.cdx.json"


def build(source: Path, kind: str, out: Path, **environment: str) -> Path:
    """Builds a wheel or an sdist of a folder in a process of its own; the file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(command, cwd=source, env=dict(os.environ) | environment, check=True, capture_output=True)
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Git has of this repository, as it stands here."""
    folder = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for path in filter(None, listed.split("\0")):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(source, "wheel", tmp_path_factory.mktemp("wheel"))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_wheel_is_the_same_at_another_time_and_place_and_from_the_sdist(
    source: Path, wheel: Path, tmp_path: Path
) -> None:
    sdist = build(source, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "elsewhere", filter="data")
    (elsewhere,) = (tmp_path / "elsewhere").iterdir()
    for path in elsewhere.rglob("*"):
        os.utime(path, (1, 1))
    again = build(elsewhere, "wheel", tmp_path / "wheel", TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7")
    assert (again.name, digest(again)) == (wheel.name, digest(wheel))


def test_a_wheel_has_every_file_of_the_package_and_no_other(source: Path, wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = {str(path.relative_to(source)) for path in (source / "promptctl").rglob("*") if path.is_file()}
    others = {name.partition("/")[0].rpartition(".")[2] for name in names - package}
    assert package <= names
    assert others == {"dist-info", "data"}


def test_what_is_packed_in_is_listed_with_its_digest_and_licence(source: Path, wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (listed,) = [name for name in archive.namelist() if "/sboms/" in name]
        components = json.loads(archive.read(listed))["components"]
    files = {value["value"] for part in components for value in part["properties"] if value["name"] == "promptctl:file"}
    assert files == {str(path.relative_to(source)) for path in (source / PACKED).parent.glob("*.gz")}
    licences = (source / PACKED).with_name("LICENSES.txt").read_text(encoding="utf-8")
    told = (source / "docs/reference/dependencies.md").read_text(encoding="utf-8")
    for part in components:
        said = {value["name"]: value["value"] for value in part["properties"]}
        assert digest(source / said["promptctl:file"]) == said["promptctl:sha256"]
        assert f"{part['name']} {part['version']}" in licences
        assert f"{part['name']} {part['version']}" in told
