"""The checks of what runs in CI, ours and examples: faults that zizmor knows, and the hosts' own schemas; offline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = tuple(sorted([*_ROOT.glob(".github/workflows/*.yml"), *_ROOT.glob("examples/github/*.yml")]))
ACTION = _ROOT / "action.yml"
SCHEMAS: Mapping[str, tuple[Path, ...]] = {
    "github-workflows": WORKFLOWS,
    "github-actions": (ACTION,),
    "gitlab-ci": (_ROOT / "examples/gitlab/.gitlab-ci.yml",),
}


def workflow_checks(programs: Path) -> list[list[str | Path]]:
    """The command lines, by the programs of a folder."""
    schemas: list[list[str | Path]] = [
        [programs / "check-jsonschema", "--quiet", "--builtin-schema", f"vendor.{name}", *files]
        for name, files in SCHEMAS.items()
    ]
    return [auditing(programs, *WORKFLOWS, ACTION), *schemas]


def auditing(programs: Path, *files: Path) -> list[str | Path]:
    """The command line that audits files: everything that may be a fault, and no network."""
    return [programs / "zizmor", "--quiet", "--offline", "--persona=auditor", "--strict-collection", *files]
