"""What was measured as a table, as ``results.json``, and as the table in ``README.md``."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.fast_import import GIT
from benchmarks.row import Measured, Row

FOLDER = Path(__file__).parent
RESULTS, README = FOLDER / "results.json", FOLDER / "README.md"
_START, _END = "<!-- table -->", "<!-- end of table -->"
_HEAD = ("row", "target", "ratio", "reference ms", "ours ms", "met")


def record(row: Row, found: Measured | str, rounds: int) -> dict[str, Any]:
    """One row of ``results.json``, with when it was measured and how busy the machine was."""
    about = {"group": row.group, "title": row.title, "target": row.target}
    if isinstance(found, str):
        return about | {"missing": found}
    return about | {
        "ratio": round(1 / found.ratio if row.at_least else found.ratio, 3),
        "reference": round(found.reference, 3),
        "ours": round(found.ours, 3),
        "met": row.met(found),
        "details": {name: round(value, 2) for name, value in found.details.items()},
        "note": found.note,
        "rounds": rounds,
        "load": [round(value, 2) for value in os.getloadavg()],
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def cells(measured: Mapping[str, Any]) -> tuple[str, ...]:
    """A row of the table."""
    if "missing" in measured:
        return (measured["title"], measured["target"], "-", "-", "-", measured["missing"])
    return (
        measured["title"],
        measured["target"],
        f"{measured['ratio']:.2f}",
        f"{measured['reference']:.2f}",
        f"{measured['ours']:.2f}",
        "yes" if measured["met"] else "no",
    )


def plain_line(values: Sequence[str]) -> str:
    widths = (62, 48, 8, 14, 11, 4)
    return "  ".join(value.ljust(width) for value, width in zip(values, widths, strict=True)).rstrip()


def heading() -> str:
    return plain_line(_HEAD)


def save(measured: Mapping[str, Mapping[str, Any]], order: Sequence[str]) -> None:
    """Puts the rows into ``results.json``, next to those measured earlier, and all of them into ``README.md``."""
    before = json.loads(RESULTS.read_text())["rows"] if RESULTS.exists() else {}
    rows = {key: found for key in order if (found := measured.get(key) or before.get(key))}
    RESULTS.write_text(json.dumps({"machine": _machine(), "rows": rows}, indent=2) + "\n")
    lines = ["| " + " | ".join(_HEAD) + " |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(cells(found)) + " |" for found in rows.values()]
    head, _, rest = README.read_text().partition(_START)
    _, _, tail = rest.partition(_END)
    README.write_text(f"{head}{_START}\n\n" + "\n".join(lines) + f"\n\n{_END}{tail}")


def _machine() -> dict[str, Any]:
    version = subprocess.run([GIT, "version"], capture_output=True, check=True, text=True).stdout.split()
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "git": version[2],
    }
