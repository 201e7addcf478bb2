"""Scores a sample of answers after their calls, in a thread of its own: no call waits for it or fails with it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from promptctl.core.reporting.sampling import is_sampled, live_share
from promptctl.runtime.recording.tally import Tally

if TYPE_CHECKING:
    from promptctl.core.scorers.answer import Answer
    from promptctl.core.scorers.graded import Opinion
    from promptctl.core.scorers.registry import Expectation
    from promptctl.runtime.call_event import Caller, Course
    from promptctl.runtime.live_judges import LiveJudges
    from promptctl.runtime.means import Means
    from promptctl.runtime.prompt import Expected, Prompt

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
    means: Means


class Online:
    """The scoring of one process. Texts are held until they were scored, and no longer.

    ``scored`` counts the answers that were looked at, ``dropped`` those that were not: too many waited, or the process
    closed before.
    """

    def __init__(self) -> None:
        self.scored, self.dropped = Tally(), Tally()
        self._queue: SimpleQueue[Answered | None] = SimpleQueue()
        self._waiting = threading.Semaphore(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._hurry = threading.Event()
        self._judges: LiveJudges | None = None
        # The thread holds the queue alone, and ends with its owner.
        weakref.finalize(self, self._queue.put, None).atexit = False

    def offer(self, means: Means, prompt: Prompt, caller: Caller, course: Course) -> None:
        """Takes the answer of a call if a suite expects something of it and it is in the sample. Never waits."""
        expected, reply = prompt.expected, course.reply
        if expected is None or reply is None:
            return
        if not is_sampled(caller.id, live_share(means.settings.get("quality", {}))):
            return
        if not self._waiting.acquire(blocking=False):
            self.dropped.add()
            return
        answered = Answered(
            call=caller.id,
            trace=caller.trace,
            at=course.at,
            environment=prompt.environment,
            expected=expected,
            text=reply.text,
            inputs=course.inputs or {},
            means=means,
        )
        self._queue.put(answered)
        self._start()

    def _start(self) -> None:
        if self._thread is None and self._starting.acquire(blocking=False):
            with suppress(RuntimeError):  # at its end an interpreter starts no threads
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=_work, args=(weakref.ref(self), self._queue), name="promptctl-scoring", daemon=True
                    )
                    self._thread.start()
            self._starting.release()

    def take(self, answered: Answered) -> None:
        """Scores an answer, in the thread."""
        if self._hurry.is_set():
            self.dropped.add()
        else:
            # Whatever a scorer or a judge does, the next answer comes.
            with suppress(Exception):
                self._score(answered)
            self.scored.add()
        self._waiting.release()

    def ended(self) -> None:
        """Its thread did; what came meanwhile begins another one."""
        self._hurry.clear()
        self._thread = None
        if self._queue.qsize():
            self._start()

    def _score(self, answered: Answered) -> None:
        from promptctl.core.reporting.online import expectation_of, scores_of_answer
        from promptctl.core.scorers.answer import Answer

        expectations = [found for form in answered.expected.forms if (found := expectation_of(form))]
        plain = Answer(text=answered.text, inputs=answered.inputs)
        opinions = self._opinions(answered, expectations, plain)
        answer = Answer(text=answered.text, inputs=answered.inputs, opinions=opinions)
        for score in scores_of_answer(answered.call, answered.at, answer, expectations)[0]:
            answered.means.score(score)

    def _opinions(
        self, answered: Answered, expectations: Sequence[Expectation], answer: Answer
    ) -> Mapping[str, Opinion]:
        means, judges = answered.means, answered.expected.judges
        if not judges or means.settings.get("quality", {}).get("judges") is not True:
            return {}
        from promptctl.runtime.live_judges import LiveJudges

        self._judges = self._judges or LiveJudges()
        return self._judges.opinions(
            means, expectations, judges, answer, environment=answered.environment, trace=answered.trace
        )

    def close(self, timeout: float = 5.0) -> None:
        """Gives what waits so many seconds to be scored; what is left then is counted as dropped."""
        thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join(timeout)
            if thread.is_alive():
                self._hurry.set()


def _work(online: weakref.ref[Online], queue: SimpleQueue[Answered | None]) -> None:
    """In the thread, until it is told to end."""
    while (answered := queue.get()) is not None:
        answered.means.online.take(answered)
        del answered
    if found := online():
        found.ended()
