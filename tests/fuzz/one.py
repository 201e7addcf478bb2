"""``python -m tests.fuzz.one TARGET [libFuzzer's options]``: fuzzes one target until it is stopped or finds something.

Needs the extra ``fuzz`` (atheris, for Linux and macOS).
"""

from __future__ import annotations

import sys
from functools import partial

import atheris


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    # What is imported while fuzzing counts, too: much is loaded where it is used.
    with atheris.instrument_imports(include=["promptctl", "jinja2", "tomllib", "csv", "json"]):
        from tests.fuzz.targets import attempt

        atheris.Setup([sys.argv[0], *sys.argv[2:]], partial(attempt, sys.argv[1]), enable_python_coverage=True)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
