"""How a run of a suite goes, on standard error: what does not pass as it happens, and a line that counts along."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.cli.output import Output
    from promptctl.workflows.evaluation import Progress, Setback

_SHOWN_AFTER, _REPAINTED_AFTER, _SAID_AFTER = 1.0, 0.1, 10.0
MOST_SETBACKS = 20
_LONGEST = 160


class EvalProgress:
    """Shows one run after another. On a terminal, runs of over a second: setbacks as they come, and a line repainted in
    place; elsewhere a plain line now and then. ``clock`` gives seconds.
    """

    def __init__(self, output: Output, clock: Callable[[], float] = time.monotonic) -> None:
        self._output, self._clock = output, clock
        self._begun = self._painted = self._said = clock()
        self._waiting: list[Setback] = []
        self._setbacks = 0

    def __call__(self, progress: Progress) -> None:
        now = self._clock()
        if progress.done == 0:
            self._begun, self._said = now, now
        if progress.setback:
            self._waiting.append(progress.setback)
        line = status_line(progress, now - self._begun)
        if not self._output.watched:
            if now - self._said >= _SAID_AFTER:
                self._output.remark(line)
                self._said = now
        elif now - self._begun >= _SHOWN_AFTER and (self._waiting or now - self._painted >= _REPAINTED_AFTER):
            self._output.progress(line, above=self._told())
            self._painted = now

    def _told(self) -> list[str]:
        """What did not pass since the last time, the first of all runs only: the rest is in the answer."""
        new, self._waiting = self._waiting, []
        room = max(MOST_SETBACKS - self._setbacks, 0)
        self._setbacks += len(new)
        said = [setback_line(setback) for setback in new[:room]]
        more = len(new) > room and self._setbacks - len(new) <= MOST_SETBACKS
        return [*said, "… further ones are told at the end"] if more else said


def setback_line(setback: Setback) -> str:
    """A sample that did not pass."""
    name = f"{setback.case} #{setback.sample + 1}" if setback.sample else setback.case
    line = f"{setback.outcome}: {name} ({setback.model}): {' '.join(setback.why.split())}"
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def status_line(progress: Progress, elapsed: float) -> str:
    """Counts so far, the cost, how many are being asked, and about how long the rest takes."""
    passed = progress.done - progress.failed - progress.errors - progress.unscored
    parts = [f"{passed} pass", f"{progress.failed} fail"]
    parts += [count(progress.errors, "error")] if progress.errors else []
    parts += [f"{progress.unscored} to be scored"] if progress.unscored else []
    parts += [f"${progress.cost:.4f}"] if progress.cost else []
    parts += [f"{progress.under_way} under way"] if progress.under_way else []
    if min(10, progress.total / 5) <= progress.done < progress.total:
        parts.append(f"{duration(elapsed / progress.done * (progress.total - progress.done))} left")
    return f"{progress.name}: {progress.done} of {progress.total}: {', '.join(parts)}"


def duration(seconds: float) -> str:
    """About how long, in the two units that matter: ``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
