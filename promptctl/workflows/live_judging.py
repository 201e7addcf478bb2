"""Asks judges about answers that were kept: as applications ask them, with events of their calls in the same store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promptctl.core.events.event import EVENTS, Batch, Event
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.graded import Opinion
from promptctl.core.scorers.registry import Expectation
from promptctl.workflows.events_store import EventsPlace

if TYPE_CHECKING:
    from promptctl.adapters.events import EventArchive
    from promptctl.runtime.means import Means


def answer_of(event: Event) -> Answer:
    """An answer that was kept, as scorers look at it."""
    text = event.output if isinstance(event.output, str) else compact_json(event.output)
    inputs = event.inputs if isinstance(event.inputs, dict) else {}
    return Answer(text=text, inputs=inputs, latency_ms=event.latency_ms)


class Judging:
    """The judges of one run; each is tried once."""

    def __init__(self, means: Means) -> None:
        from promptctl.runtime.live_judges import LiveJudges

        self._means, self._judges = means, LiveJudges()

    def opinions(
        self, event: Event, expectations: Sequence[Expectation], judges: Mapping[str, Closure]
    ) -> Mapping[str, Opinion]:
        """What the judges say of an answer that was kept."""
        from promptctl.runtime.prompt import Released

        released = {
            called: Released(called.partition("@")[0], "", digest(closure), closure, self._means.providers)
            for called, closure in judges.items()
        }
        return self._judges.opinions(
            self._means,
            expectations,
            released,
            answer_of(event),
            environment=event.environment or "",
            trace=event.trace or event.id,
        )


class _Adding:
    """A store of events whatever kind the archive is."""

    def __init__(self, archive: EventArchive) -> None:
        self._archive = archive

    def write(self, batch: Batch) -> int:
        """Adds the events; nothing is refused."""
        self._archive.add(EVENTS, batch.events)
        return 0

    def close(self) -> None:
        """Lets go of the archive."""
        self._archive.close()


@contextmanager
def judging_into(place: EventsPlace, providers: Mapping[str, ProviderSettings]) -> Iterator[Judging]:
    """Judges whose calls are events of a store, written when it ends."""
    from promptctl.runtime.loop import LoopThread
    from promptctl.runtime.means import Means, live_gateway
    from promptctl.runtime.online import Online
    from promptctl.runtime.recording import batches
    from promptctl.runtime.recording.recorder import Recorder
    from promptctl.runtime.shadows import Shadows
    from promptctl.runtime.underway import Underway

    redactor = place.redactor()
    writing = batches.Means(open=lambda: _Adding(place.open()), redactor=lambda: redactor)
    recorder = Recorder(writing, content=place.settings.content)
    means = Means(
        process=os.getpid(),
        settings={},
        providers=providers,
        loop=LoopThread(),
        gateway=live_gateway(providers),
        caching=None,
        recorder=recorder,
        underway=Underway(),
        shadows=Shadows(),
        online=Online(),
    )
    try:
        yield Judging(means)
    finally:
        means.loop.wait(means.gateway.aclose())
        means.loop.stop()
        recorder.close()
