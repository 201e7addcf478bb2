"""The program. What needs no command line library branches off before it is imported."""

from __future__ import annotations

import sys

from promptctl.version import __version__


def main() -> None:
    """Runs ``promptctl`` with the process's arguments and exits."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        print(f"promptctl {__version__}")
        return
    from promptctl.cli.app import main as run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
