"""Scores a sample of answers after their calls, in a thread of its own: no call waits for it or fails with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from promptctl.core.reporting.sampling import is_sampled, live_share
from promptctl.runtime.recording.tally import Tally

if TYPE_CHECKING:
    from promptctl.core.scorers.registry import Expectation
    from promptctl.runtime.live_judges import LiveJudges
    from promptctl.runtime.means import Means
    from promptctl.runtime.prompt import Expected

MOST_WAITING = 100
"""Answers of one process that wait to be scored. What comes then is left out and counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that was given: the id and trace of its call, when that began (microseconds), and what it was."""

    call: str
    trace: str
    at: int
    environment: str
    expected: Expected
    text: str
    inputs: Mapping[str, Any]


class Online:
    """The scoring of one process. Texts are held until they were scored, and no longer.

    ``scored`` counts the answers that were looked at, ``dropped`` those that were not: too many waited, or the process
    closed before.
    """

    def __init__(self) -> None:
        self.scored, self.dropped = Tally(), Tally()
        self._queue: SimpleQueue[tuple[Answered, Callable[[], Means]] | None] = SimpleQueue()
        self._waiting = threading.Semaphore(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._judges: LiveJudges | None = None

    def offer(self, means: Means, answered: Answered) -> None:
        """Takes an answer if its call is in the sample. Never waits, never raises."""
        if not is_sampled(answered.call, live_share(means.settings.get("quality", {}))):
            return
        if self._closing.is_set() or not self._waiting.acquire(blocking=False):
            self.dropped.add()
            return
        self._queue.put((answered, lambda: means))
        self._start()

    def _start(self) -> None:
        if self._thread is None and self._starting.acquire(blocking=False):
            with suppress(RuntimeError):  # at its end an interpreter starts no threads
                thread = threading.Thread(target=self._work, name="promptctl-scoring", daemon=True)
                thread.start()
                self._thread = thread
            self._starting.release()

    def _work(self) -> None:
        while (taken := self._queue.get()) is not None:
            answered, means = taken
            if self._closing.is_set():
                self.dropped.add()
            else:
                # Whatever a scorer or a judge does, the next answer comes.
                with suppress(Exception):
                    self._score(answered, means)
                self.scored.add()
            del taken, answered, means
            self._waiting.release()

    def _score(self, answered: Answered, means: Callable[[], Means]) -> None:
        from promptctl.core.reporting.online import expectation_of, scores_of_answer
        from promptctl.core.scorers.answer import Answer

        expectations = [found for form in answered.expected.forms if (found := expectation_of(form))]
        answer = Answer(text=answered.text, inputs=answered.inputs)
        answer = Answer(
            text=answered.text, inputs=answered.inputs, opinions=self._opinions(answered, expectations, answer, means)
        )
        for score in scores_of_answer(answered.call, answered.at, answer, expectations)[0]:
            means().score(score)

    def _opinions(
        self, answered: Answered, expectations: list[Expectation], answer: Any, means: Callable[[], Means]
    ) -> Any:
        judges = answered.expected.judges
        if not judges or means().settings.get("quality", {}).get("judges") is not True:
            return {}
        from promptctl.runtime.live_judges import LiveJudges

        self._judges = self._judges or LiveJudges()
        return self._judges.opinions(
            means, expectations, judges, answer, environment=answered.environment, trace=answered.trace
        )

    def close(self, timeout: float = 5.0) -> None:
        """Gives what waits so many seconds to be scored; what is left then is counted as dropped."""
        thread = self._thread
        if thread is None:
            return
        self._queue.put(None)
        thread.join(timeout)
        if thread.is_alive():
            self._closing.set()
            return
        self._thread = None
