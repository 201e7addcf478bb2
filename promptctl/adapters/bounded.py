"""Runs work on what nobody has released yet in a process of its own, which can be stopped whatever it does.

The child has a limit of memory and must show signs of life; a thread or a timer could not stop a loop inside a C
function. Where there is no ``fork`` (Windows) the work runs here, bounded by what rendering itself counts.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from promptctl.adapters.silence import stuck
from promptctl.errors import PromptctlError, UsageError

Argument = TypeVar("Argument")
Result = TypeVar("Result")

STOPPED = "PC022"
SECONDS = 4.0
"""The processor time that a child may take in silence: no single prompt may take longer."""
MEMORY = 256 * 1024 * 1024
_MEMORY_A_PROMPT = 256 * 1024
_FORKS = hasattr(os, "fork")
_WAIT = b"w"
"""The sign of life after which there may be none for long."""

_pulse: int | None = None
_expires = False


def expire() -> None:
    """From now on this process ends when it is silent for too long, though nobody watches it."""
    global _expires
    _expires = True
    alive()


def alive() -> None:
    """Called between pieces of work: tells a supervising process that this one goes on, and makes room for more."""
    if _expires:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
    if _pulse is not None:
        os.write(_pulse, b".")
        _limit_memory(_MEMORY_A_PROMPT, more=True)


@contextmanager
def unhurried() -> Iterator[None]:
    """Around work on nothing that people wrote, such as asking a store of events: it may take time and memory."""
    if _pulse is None:
        yield
        return
    os.write(_pulse, _WAIT)
    _lift_memory()
    try:
        yield
    finally:
        _limit_memory(MEMORY)
        os.write(_pulse, b".")


def supervised(act: Callable[[], int]) -> int:
    """The exit code of ``act``, run in a child that prints for itself. Raises UsageError when it had to be stopped."""
    if not _FORKS:
        return act()
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(writing, act)
    os.close(writing)
    try:
        silent = _watch(child, reading)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGKILL)
        _wait(child)
        raise
    finally:
        os.close(reading)
    status = _wait(child)
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    raise _stopped(None if silent else status)


def _child(pulse: int, act: Callable[[], int]) -> None:
    """Runs ``act`` and ends the process; nothing of the parent's clean-up may run here."""
    global _pulse
    code = 70
    try:
        _pulse = pulse
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _limit_memory(MEMORY)
        code = act()
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - the process ends here, and what happened must be seen
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _watch(child: int, reading: int) -> bool:
    """Reads signs of life until the child closes its end; True when it was killed after too long a silence."""
    signs = b"."
    while signs:
        if not signs.endswith(_WAIT) and stuck(child, reading, SECONDS):
            os.kill(child, signal.SIGKILL)
            return True
        signs = os.read(reading, 65536)
    return False


def _wait(child: int) -> int:
    while True:
        try:
            return os.waitpid(child, 0)[1]
        except InterruptedError:
            continue


def _stopped(status: int | None) -> UsageError:
    """The error of a child that ended by itself with this status, or else was silent for too long."""
    if status is None:
        why = f"took longer than {SECONDS:.0f} s"
    elif os.WIFSIGNALED(status):
        why = f"ended by signal {os.WTERMSIG(status)}"
    else:
        why = "broke the process that renders it, which ended without an answer"
    return UsageError(STOPPED, f"stopped: a prompt {why}", hint="look for loops, patterns and sizes that explode")


def _limit_memory(size: int, *, more: bool = False) -> None:
    """Limits private memory, so that mapped files (Git's packs) do not count; ``more`` raises the limit by ``size``."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = soft + size if more else _held() + size
    if (more and soft == resource.RLIM_INFINITY) or (hard != resource.RLIM_INFINITY and wanted > hard):
        return
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _lift_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _held() -> int:
    """The private memory that this process has already, for instance of an application that evaluates a suite."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - before every bounded command
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class Worker(Generic[Argument, Result]):
    """A child that answers calls of one function, one at a time, until it is closed."""

    def __init__(self, function: Callable[[Argument], Result]) -> None:
        self._function = function
        self._child: int | None = None
        if _FORKS:
            self._start()

    def _start(self) -> None:
        ask_reading, ask_writing = os.pipe()
        answer_reading, answer_writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ask_writing)
            os.close(answer_reading)
            _serve(self._function, ask_reading, answer_writing)
        os.close(ask_reading)
        os.close(answer_writing)
        self._child, self._ask, self._answer = child, ask_writing, answer_reading

    def __call__(self, argument: Argument) -> Result:
        """The function's result. Raises its PromptctlError, or UsageError when the child had to be stopped."""
        if not _FORKS:
            return self._function(argument)
        if self._child is None:
            self._start()
        import pickle

        _send(self._ask, pickle.dumps(argument))
        message = _receive(self._answer, self._child)
        if not message:
            raise self._stop(silent=message is None)
        done, value = pickle.loads(message)  # noqa: S301 - written by our own child
        if not done:
            raise value
        result: Result = value
        return result

    def _stop(self, *, silent: bool) -> UsageError:
        assert self._child is not None
        if silent:
            os.kill(self._child, signal.SIGKILL)
        status = self._end()
        return _stopped(None if silent else status)

    def close(self) -> None:
        """Ends the child."""
        if self._child is not None:
            self._end()

    def _end(self) -> int:
        assert self._child is not None
        os.close(self._ask)
        os.close(self._answer)
        status, self._child = _wait(self._child), None
        return status


def _serve(function: Callable[[Any], Any], asking: int, answering: int) -> None:
    """The child's loop: a call in, a result or an error out."""
    import pickle

    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _close_inherited((asking, answering))
        _limit_memory(MEMORY)
        while message := _receive(asking, None):
            _send(answering, pickle.dumps(_result(function, pickle.loads(message))))  # noqa: S301 - our own parent's
    finally:
        os._exit(0)


def _close_inherited(kept: tuple[int, ...]) -> None:
    """Closes all but ``kept`` and the standard streams: the end of a pipe held here would keep its reader waiting."""
    first = 3
    for handle in sorted(kept):
        os.closerange(first, handle)
        first = handle + 1
    os.closerange(first, 65536)


def _result(function: Callable[[Any], Any], argument: Any) -> tuple[bool, Any]:
    try:
        return True, function(argument)
    except PromptctlError as error:
        return False, error
    except MemoryError:
        return False, UsageError(STOPPED, "stopped: a prompt takes too much memory")
    except Exception as error:  # noqa: BLE001 - not every error can be sent as it is, but all that was said of it can
        import traceback

        return False, RuntimeError("".join(traceback.format_exception(error)))


def _send(handle: int, message: bytes) -> None:
    data = memoryview(len(message).to_bytes(8) + message)
    while data:
        try:
            data = data[os.write(handle, data) :]
        except BrokenPipeError:
            return


def _receive(handle: int, child: int | None) -> bytes | None:
    """One message; nothing at the end of the stream, None when the child that should send it is stuck."""
    head = _read(handle, 8, child)
    return _read(handle, int.from_bytes(head), child) if head else head


def _read(handle: int, size: int, child: int | None) -> bytes | None:
    parts: list[bytes] = []
    while size:
        if child is not None and stuck(child, handle, SECONDS):
            return None
        part = os.read(handle, min(size, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
