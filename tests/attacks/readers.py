"""The readers that an attack has to get past, and how each of them fares."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.attacks.attack import Attack
from tests.attacks.line import attacked_line
from tests.shipping import NAME, copied, run

_OLD, _INPUT = f"{NAME}@1.1.0", ("-i", "ticket=late")
READERS: Mapping[str, tuple[str, ...]] = {
    "verify": ("verify",),
    "drift": ("drift",),
    "status": ("status",),
    "list": ("list", "--env", "prod"),
    "history": ("history", NAME),
    "show": ("show", _OLD),
    "render": ("render", _OLD, *_INPUT),
    "diff": ("diff", f"{NAME}@1.0.0", _OLD),
    "show-prod": ("show", f"{NAME}@prod"),
    "render-prod": ("render", f"{NAME}@prod", *_INPUT),
    "lock-check": ("lock", "--check"),
    "eval-verify": ("eval", "verify"),
    "ci": ("ci",),
    "plan": ("plan", NAME, "prod"),
    "promote": ("promote", NAME, "prod"),
    "rollback": ("rollback", NAME, "prod", "--reason", "bad answers"),
    "release": ("release",),
}
_WRITING = ("promote", "rollback", "release")


def outcomes(attack: Attack, folder: Path, readers: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Each reader on the forged line, with its exit code and what is wrong with how it fared: empty if nothing is.

    ``folder`` has to be empty. What writes gets a copy of the line.
    """
    line = attacked_line(folder / "line")
    attack.forge(line)
    for reader in readers:
        repository = line.repository
        if reader in _WRITING:
            repository = copied(folder / "line", folder / reader)
        ran = run(repository, *READERS[reader])
        said = ran.out + ran.err
        wanted = attack.codes.get(reader)
        fault = "" if ran.code == (wanted or 0) else f"exit {ran.code}, not {wanted or 0}: {said}"
        if not fault and wanted is not None and not re.search(attack.says, said):
            fault = f"does not say {attack.says!r}: {said}"
        if not fault and wanted is None and attack.says and re.search(attack.says, said):
            fault = f"says so, and is not expected to: {said}"
        yield reader, ran.code, fault
        shutil.rmtree(folder / reader, ignore_errors=True)
