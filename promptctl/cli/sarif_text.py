"""Findings as SARIF, with what tells each line again once others stand above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.lint.finding import Finding

MAX_BYTES = 4 * 1024 * 1024
"""Of a file whose lines are told again; those of a larger one go by what is said of them."""


def sarif_text(root: Path, findings: Sequence[Finding]) -> str:
    """A log in SARIF 2.1.0, as code scanning takes it; places are below ``root``."""
    from promptctl.reports.sarif import sarif_log
    from promptctl.version import __version__

    files = {finding.place.file for finding in findings}
    return sarif_log(findings, __version__, dict(_hashed(root.resolve(), sorted(files))))


def _hashed(root: Path, files: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The fingerprints of the lines of files that lie within ``root``."""
    from promptctl.adapters.files import read_bytes
    from promptctl.reports.line_hashes import line_hashes

    for file in files:
        path = root / file
        try:
            if path.parent.resolve().is_relative_to(root):
                yield file, line_hashes(read_bytes(path, file, MAX_BYTES).decode("utf-8", "replace"))
        except (UsageError, OSError, ValueError):
            continue
