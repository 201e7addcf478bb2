"""``python -m tests.attacks [WORD]``: every attack (whose name holds the word) against every reader, as a table.

A cell is the exit code of a reader that refuses, ``says`` for one that goes on but tells it, ``-`` for one that does
not rely on what was forged, and ``!`` where it fares otherwise than is stated. Exits 1 when there is such a cell.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.attacks.all import ATTACKS
from tests.attacks.attack import Attack
from tests.attacks.readers import READERS, outcomes


def main() -> int:
    """Prints the table, then what is wrong, and gives the exit code."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [attack for attack in ATTACKS if word in attack.name]
    width = max(len(attack.name) for attack in ATTACKS)
    print(" " * width, *READERS)
    faults: list[str] = []
    refusals = 0
    for attack in chosen:
        cells = []
        with tempfile.TemporaryDirectory(prefix="promptctl-attack-") as folder:
            for reader, code, fault in outcomes(attack, Path(folder), READERS):
                cells.append(f"{'!' if fault else _cell(attack, reader, code):>{len(reader)}}")
                refusals += reader in attack.codes and not fault
                faults += [f"{attack.name}: {reader}: {fault}"] if fault else []
        print(f"{attack.name:<{width}}", *cells, flush=True)
    print(
        f"{len(chosen)} attacks, {len(READERS)} readers, {refusals} refusals as stated, {len(faults)} cells otherwise"
    )
    print(*faults, sep="\n", end="")
    return int(bool(faults))


def _cell(attack: Attack, reader: str, code: int) -> str:
    if reader not in attack.codes:
        return "-"
    return str(code) if code else "says"


if __name__ == "__main__":
    sys.exit(main())
