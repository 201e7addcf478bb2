"""The one place that prints: data on standard output, everything else on standard error."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from promptctl.core.safe_text import safe_json, safe_log, safe_text
from promptctl.errors import Problem, PromptctlError

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command found: ``data`` for programs, or what makes it, ``view`` for people.

    ``view`` returns text or something rich can draw. ``exact`` text reaches a pipe byte for byte, without a line end
    added. ``commands`` gives lines that a runner of CI is to obey, ahead of the view. ``next`` is the likely next
    command, ``note`` one more line for people, on standard error; ``code`` is the exit code when ``ok`` is false.
    """

    data: Any
    view: Callable[[], Any]
    ok: bool = True
    next: str | None = None
    note: str | None = None
    exact: bool = False
    commands: Callable[[], Iterable[str]] = tuple
    code: int = 1


class Output:
    """Prints answers and errors in the mode that was asked for."""

    def __init__(self, command: str, *, as_json: bool = False, quiet: bool = False) -> None:
        self.command, self.as_json, self.quiet = command, as_json, quiet
        self._started, self._painted = time.monotonic(), False
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")

    def answer(self, answer: Answer) -> None:
        """Prints what a command found."""
        self._wipe()
        if self.as_json:
            self._json({"ok": answer.ok, "data": answer.data() if callable(answer.data) else answer.data})
            return
        for command in answer.commands():
            print(command)
        drawn = answer.view()
        if isinstance(drawn, str):
            self._text(drawn, exact=answer.exact)
        elif drawn is not None:
            self._draw(drawn)
        for line in (answer.note, answer.next and f"next: {answer.next}"):
            if line and not self.quiet:
                sys.stdout.flush()
                _aside(_dim(safe_log(line)))

    def say(self, text: str, style: str = "") -> None:
        """Prints a part of what people see while a command still works; programs get it all with the answer.

        ``style`` is "bold", "dim" or nothing.
        """
        if not self.as_json:
            code = {"bold": "1", "dim": "2"}.get(style)
            coloured = code is not None and _colourful(sys.stdout)
            print(f"\x1b[{code}m{safe_text(text)}\x1b[0m" if coloured else _inert(text), flush=True)

    def error(self, error: PromptctlError) -> None:
        """Prints every problem of an error."""
        self._wipe()
        if self.as_json:
            first, *more = [problem_data(problem) for problem in error.problems]
            self._json({"ok": False, "error": first | ({"more": more} if more else {})})
            return
        _aside("\n".join(problem_text(problem) for problem in error.problems))

    @property
    def watched(self) -> bool:
        """Whether somebody watches standard error."""
        return sys.stderr.isatty()

    def progress(self, text: str, above: Sequence[str] = ()) -> None:
        """One line about work that goes on for over a second, repainted in place; only for people who watch.

        The lines ``above`` it stay.
        """
        waited = time.monotonic() - self._started > 1
        if waited and not self.quiet and not self.as_json and self.watched:
            import shutil

            self._wipe()
            for line in above:
                _aside(safe_text(line))
            width = shutil.get_terminal_size().columns - 1
            _aside(_dim(safe_text(text)[:width]), end="")
            self._painted = True

    def remark(self, text: str) -> None:
        """A plain line about work that goes on, for logs."""
        if not self.quiet and not self.as_json:
            _aside(safe_log(text))

    def warn(self, text: str) -> None:
        """A line that nobody may miss: also beside an error, in a quiet run, and for programs on standard error."""
        sys.stdout.flush()
        _aside(safe_log(text))

    def _wipe(self) -> None:
        if self._painted:
            _aside("\r\x1b[K", end="")
            self._painted = False

    def _text(self, text: str, *, exact: bool) -> None:
        shown = text if exact and not sys.stdout.isatty() else _inert(text)
        sys.stdout.write(shown if exact or not shown or shown.endswith("\n") else shown + "\n")
        if exact and sys.stdout.isatty() and not shown.endswith("\n"):
            sys.stdout.write("\n")

    def _json(self, body: dict[str, Any]) -> None:
        text = json.dumps({"schema": SCHEMA, "command": self.command, **body}, ensure_ascii=True, indent=2)
        print(safe_json(text) if _obeyed() else text)

    def _draw(self, drawn: Any) -> None:
        from rich.console import Console

        plain: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
        if sys.stdout.isatty():
            Console(file=sys.stdout, **plain).print(drawn)
            return
        text = io.StringIO()
        Console(file=text, force_terminal=False, soft_wrap=True, **plain).print(drawn)
        self._text(text.getvalue(), exact=False)


def unread(stream: TextIO) -> None:
    """Whoever read a stream has gone: what is printed there goes nowhere, so that nothing finds that out again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _aside(text: str, end: str = "\n") -> None:
    """Prints on standard error. Work goes on, and its answer counts, also where nobody reads there any more."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except BrokenPipeError:
        unread(sys.stderr)


def problem_text(problem: Problem, label: str = "error") -> str:
    """A problem as people read it: what, where with the line itself, and how to repair it."""
    lines = [f"{label}[{problem.code}]: {problem.message}"]
    if problem.place:
        lines.append(f"  at {problem.place}")
        if problem.place.excerpt:
            lines.append(f"   | {problem.place.excerpt[:200]}")
    if problem.hint:
        lines.append(f"  hint: {problem.hint}")
    return safe_log("\n".join(lines))


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem as programs read it."""
    place = problem.place
    where = place and {"file": place.file, "line": place.line, "column": place.column}
    return {"code": problem.code, "message": problem.message, "where": where, "hint": problem.hint}


def _dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m" if _colourful(sys.stderr) else text


def _colourful(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _obeyed() -> bool:
    """Whether a runner reads what is printed, and obeys what it takes for its commands."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _inert(text: str) -> str:
    """Text on standard output: whoever wrote it commands neither a terminal nor a runner."""
    return safe_log(text) if _obeyed() else safe_text(text)
