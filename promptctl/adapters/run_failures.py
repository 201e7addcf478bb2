"""Which cases failed when a suite last ran on this machine, for each way in which a prompt was called."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from promptctl.adapters.writing import write_file
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import compact_json
from promptctl.errors import OutsideError

_FILE = "failed.json"


def failed_cases(folder: Path, reference: str) -> frozenset[str] | None:
    """The cases that failed or erred when they were last run; None where no run is known."""
    found = _read(folder).get(reference)
    return frozenset(map(str, found)) if isinstance(found, list) else None


def note_failures(folder: Path, reference: str, ran: Collection[str], failed: Collection[str]) -> None:
    """Notes what failed of the cases that were run; of the others what is known stays. Failing to is no error."""
    known = _read(folder)
    before = failed_cases(folder, reference) or frozenset()
    now = sorted((before - frozenset(ran)) | frozenset(failed))
    if known.get(reference) != now:
        with contextlib.suppress(OutsideError):
            write_file(folder / _FILE, compact_json(known | {reference: now}).encode("utf-8", "surrogatepass"))


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = strict_json((folder / _FILE).read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
