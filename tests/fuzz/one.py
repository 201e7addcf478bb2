"""``python -m tests.fuzz.one MODULE TARGET [libFuzzer's options]``: fuzzes one target until it finds something.

Needs the extra ``fuzz`` (atheris, for Linux and macOS).
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module

import atheris


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    # What is imported while fuzzing counts, too: much is loaded where it is used.
    with atheris.instrument_imports(include=["promptctl", "jinja2", "tomllib", "csv", "json"]):
        from tests.fuzz.target import attempt

        program, module, name, *options = sys.argv
        target = import_module(module).TARGETS[name]
        target.ready()
        atheris.Setup([program, *options], partial(attempt, target), enable_python_coverage=True)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
