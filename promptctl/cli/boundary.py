"""The edge of the program: prints answers and errors, and gives exit codes.

An answer that is not ok exits 1; errors carry their own code; anything else is our bug and exits 70 with a line.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from promptctl.cli.output import Answer, Output, unread
from promptctl.errors import Interrupted, OutsideError, PromptctlError

INTERRUPTED, LANDED = 130, "PC172"
TRACEBACK = "PROMPTCTL_TRACEBACK"
"""The environment variable that lets a bug show its traceback, for reports."""


def exit_code(output: Output, answer: Answer) -> int:
    """Prints an answer and gives its exit code: 0, or the answer's own for a "no", also where nobody reads it."""
    with _read_or_not():
        output.answer(answer)
    return 0 if answer.ok else answer.code


def guarded(output: Output, act: Callable[[], int]) -> int:
    """The exit code of ``act``, or of the error that stops it; nothing gets past it as a traceback."""
    try:
        return act()
    except PromptctlError as error:
        return _told(output, error)
    except KeyboardInterrupt as interruption:
        print(interruption if isinstance(interruption, Interrupted) else "interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who saw the work go on has gone before its end, so that there is no answer: that is no yes.
        unread(sys.stdout)
        return OutsideError.exit_code
    except Exception as error:
        from promptctl.adapters.writing import is_refusal, refusal

        if isinstance(error, OSError) and is_refusal(error):
            return _told(output, refusal(error))
        if os.environ.get(TRACEBACK):
            raise
        return _told(output, bug(error))


@contextmanager
def landing(landed: Callable[[], str | None]) -> Iterator[None]:
    """Around a command: what stops it after something cannot be taken back any more says that first.

    ``landed`` gives that in words. Raises OutsideError instead of what was raised.
    """
    try:
        yield
    except PromptctlError as error:
        done = landed()
        if done is None or done in str(error) or isinstance(error, Interrupted):
            raise
        raise OutsideError(LANDED, f"{done}; what came after it failed: {error}", hint=error.hint) from None


def _told(output: Output, error: PromptctlError) -> int:
    """Prints an error where that is possible, and gives its exit code."""
    with contextlib.suppress(OSError), _read_or_not():
        output.error(error)
    return error.exit_code


@contextmanager
def _read_or_not() -> Iterator[None]:
    """Around what is printed at the end: how a command ended stays so, also where nobody reads it any more."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        unread(sys.stdout)


def bug(error: Exception) -> PromptctlError:
    """Our mistake as an error: what it is and where, in one line."""
    place, trace = "", error.__traceback__
    while trace:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("promptctl"):
            place = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return PromptctlError(
        "PC099",
        f"a bug in promptctl: {type(error).__name__}{place}",
        hint=f"run again with {TRACEBACK}=1 and report what it prints",
    )
