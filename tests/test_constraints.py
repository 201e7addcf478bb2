"""Checks run on versions that are written down: every dependency has one, and it is a version that is allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LEFT_OUT = {"fuzz"}
"""Extras that checks do not install."""


def wanted() -> list[Requirement]:
    extras = [lines for extra, lines in PROJECT["optional-dependencies"].items() if extra not in LEFT_OUT]
    found = [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]
    return [requirement for requirement in found if requirement.name != PROJECT["name"]]


def pinned() -> dict[str, list[Version]]:
    """The versions of each package; several where they differ between systems."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / ".ci/constraints.txt").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        (only,) = requirement.specifier
        assert only.operator == "=="
        found.setdefault(canonicalize_name(requirement.name), []).append(Version(only.version))
    return found


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_each_dependency_has_a_version_that_is_allowed(requirement: Requirement) -> None:
    versions = pinned()[canonicalize_name(requirement.name)]
    assert all(version in requirement.specifier for version in versions)
