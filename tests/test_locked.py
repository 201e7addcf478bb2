"""Checks and audits install what is written down: each dependency at a version that is allowed, by digests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    "lock.txt": [PROJECT["dependencies"], *(EXTRAS[extra] for extra in EXTRAS.keys() - {"fuzz", "audit"})],
    "audit.txt": [PROJECT["dependencies"], EXTRAS["audit"]],
}
"""What each file of `.ci` is made for; fuzzing is installed by hand."""
ENTRY = re.compile(r"(?P<requirement>[^\s\\][^\\]*?) \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+")


def wanted(file: str) -> list[Requirement]:
    found = [Requirement(line) for lines in WANTED[file] for line in lines]
    return [requirement for requirement in found if requirement.name != PROJECT["name"]]


def locked(file: str) -> dict[str, list[Version]]:
    """The versions of each package; several where they differ between systems."""
    found: dict[str, list[Version]] = {}
    for entry in ENTRY.finditer((ROOT / ".ci" / file).read_text(encoding="utf-8")):
        requirement = Requirement(entry["requirement"])
        (only,) = requirement.specifier
        assert only.operator == "=="
        found.setdefault(canonicalize_name(requirement.name), []).append(Version(only.version))
    return found


@pytest.mark.parametrize("file", WANTED)
def test_every_line_is_a_version_with_digests(file: str) -> None:
    assert ENTRY.sub("", (ROOT / ".ci" / file).read_text(encoding="utf-8")) == ""


@pytest.mark.parametrize("file", WANTED)
def test_each_dependency_has_a_version_that_is_allowed(file: str) -> None:
    versions = locked(file)
    faults = [
        f"{requirement}: locked at {versions.get(canonicalize_name(requirement.name))}"
        for requirement in wanted(file)
        if not (found := versions.get(canonicalize_name(requirement.name)))
        or not all(version in requirement.specifier for version in found)
    ]
    assert faults == []
