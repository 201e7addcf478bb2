"""The program. What needs little branches off before anything else is imported."""

from __future__ import annotations

import gc
import os
import sys

from promptctl.version import __version__

INTERRUPTED = 130


def main() -> None:
    """Runs ``promptctl`` with the process's arguments and exits."""
    # What is loaded at the start stays: looking there for garbage every 700 objects costs a twentieth of a command.
    gc.set_threshold(50_000, 20, 20)
    code = 0
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_streams()
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read has gone; the interpreter must not find that out again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"error[PC042]: standard output cannot be written: {(error.strerror or '').lower()}", file=sys.stderr)
        code = 4
    _end(code)


def _open_streams() -> None:
    """Streams that are closed (``>&-``) lead nowhere: there is something to print to, and no file that is opened later
    gets the number of a stream, which Git would write to."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(handle, True)  # noqa: FBT003 - it takes no names
    os.close(handle)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout, sys.stderr = sys.stdout or os.fdopen(1, "w"), sys.stderr or os.fdopen(2, "w")


def _end(code: int) -> None:
    """Ends the process at once: taking a whole program apart costs half as much as starting one."""
    if sys.gettrace() or sys.getprofile():
        # Who watches the program writes down what it saw when the interpreter ends.
        sys.exit(code)
    try:
        sys.stderr.flush()
    finally:
        os._exit(code)


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        print(f"promptctl {__version__}")
        return 0
    if not arguments or arguments in (["--help"], ["-h"]):
        from promptctl.cli.table import overview

        print(overview(), file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    if arguments[:1] == ["--complete"]:
        from promptctl.cli.completion import candidates

        print("\n".join(candidates(arguments[1:])))
        return 0
    if arguments[:1] == ["hook"]:
        from promptctl.cli.hooks import fits
        from promptctl.cli.hooks import main as hook

        if fits(arguments[1:]):
            return hook(arguments[1:])
    from promptctl.cli.shell import main as run

    return run(arguments)


if __name__ == "__main__":
    main()
