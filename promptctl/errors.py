"""What stops the work, grouped by what the caller can do about it.

A "no" (drift, a failed gate, a lint finding) is never an exception: it is a result whose ``ok`` is false.
Codes are stable; each has a page in ``docs/reference/errors/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_PROBLEMS = 100
"""Problems of one file that are told at once."""

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is wrong: 1-based line and column, with the line's text when it is known."""

    file: str
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, a sentence, where it is, and how to repair it."""

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None

    def __post_init__(self) -> None:
        """Cuts what a file made too long for anybody to read."""
        for name in ("message", "hint"):
            text = getattr(self, name)
            if text and len(text) > _LONGEST:
                object.__setattr__(self, name, text[: _LONGEST - 1] + "…")


def first_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The first of what may be very many problems, each once; a last one says where there are more."""
    kept: dict[Problem, None] = {}
    for problem in problems:
        if len(kept) == MOST_PROBLEMS and problem not in kept:
            message = f"there is more from here on: only the first {MOST_PROBLEMS} problems are shown"
            return (*kept, Problem(problem.code, message, problem.place))
        kept[problem] = None
    return tuple(kept)


class PromptctlError(Exception):
    """Stops a command. Caught only at the edge (the command line, the server, the runtime)."""

    exit_code = 70

    def __init__(self, code: str, message: str, *, place: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.problems: tuple[Problem, ...] = (Problem(code, message, place, hint),)

    def __reduce__(self) -> tuple[object, ...]:
        return _revived, (type(self), self.problems)

    @property
    def problem(self) -> Problem:
        """The first problem, which names the error."""
        return self.problems[0]

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def hint(self) -> str | None:
        return self.problem.hint


def _revived(kind: type[PromptctlError], problems: tuple[Problem, ...]) -> PromptctlError:
    """An error as it was before it crossed from one process to another."""
    error = kind.__new__(kind)
    Exception.__init__(error, problems[0].message)
    error.problems = problems
    return error


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, where there is something to say about what was done by then."""


class UsageError(PromptctlError):
    """The call is wrong: unknown name, bad option, input that does not fit."""

    exit_code = 2


class DocumentError(UsageError):
    """A file is malformed; carries the problems found in it, at least one and not more than can be read."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(first.code, first.message, place=first.place, hint=first.hint)
        self.problems = first_problems(problems)


class StateError(PromptctlError):
    """The repository's state refuses: order, approval, freeze, stale lock, missing tags or history, a lost race."""

    exit_code = 3


class OutsideError(PromptctlError):
    """The outside world failed: network, Git, a provider, or the outcome is unknown."""

    exit_code = 4
