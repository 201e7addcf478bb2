"""``quality score``: a sample of live answers judged by what the suite expects of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from promptctl.adapters.project import Project
from promptctl.adapters.suites import load_suite
from promptctl.adapters.warehouse.sampled import prompts_called, sampled_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.event import SCORES, Event, Score
from promptctl.core.reporting.online import Reading, names_of, online_reading, sample_bound
from promptctl.core.reporting.window import Window
from promptctl.core.request import compact_json
from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.registry import Expectation, score
from promptctl.errors import UsageError
from promptctl.workflows.events_store import EventsPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptScored:
    """What became of a prompt's calls: ``calls`` were looked at, ``names`` are the scores that they have now.

    ``left_out`` says of other expectations why they are not looked at; ``fault`` why the prompt has none at all.
    """

    name: str
    calls: int = 0
    names: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    fault: str | None = None


def score_calls(
    project: Project, place: EventsPlace, warehouse: Warehouse, window: Window, *, sample: float, most: int
) -> tuple[PromptScored, ...]:
    """Scores the calls of a window that belong to the sample and have no such scores yet, prompt by prompt.

    The suite of the files counts. Raises OutsideError when the store cannot be read or written.
    """
    scored = []
    with closing(place.open()) as store:
        for name in prompts_called(warehouse, window):
            reading = _reading(project, name)
            if isinstance(reading, str):
                scored.append(PromptScored(name=name, fault=reading))
                continue
            calls: Sequence[Event] = ()
            if reading.expectations:
                calls = sampled_calls(warehouse, window, name, sample_bound(sample), most)
                redactor = place.redactor()
                found = [it for event in calls for it in scores_of_call(event, reading.expectations)]
                store.add(SCORES, [redactor.score(it) for it in found])
            names = tuple(names_of(reading.expectations))
            left_out = tuple(sorted(reading.left_out.items()))
            scored.append(PromptScored(name=name, calls=len(calls), names=names, left_out=left_out))
    return tuple(scored)


def scores_of_call(event: Event, expectations: Sequence[Expectation]) -> list[Score]:
    """What expectations say of an answer that was kept; of one name, the lowest. The time is the call's own, so that
    the same score is never kept twice. An expectation that cannot judge says nothing."""
    text = event.output if isinstance(event.output, str) else compact_json(event.output)
    inputs = event.inputs if isinstance(event.inputs, dict) else {}
    answer = Answer(text=text, inputs=inputs, latency_ms=event.latency_ms)
    found: dict[str, float] = {}
    for expectation in expectations:
        try:
            value = float(score(expectation, answer).passed)
        except ScorerFault:
            continue
        found[expectation.name] = min(value, found.get(expectation.name, value))
    return [
        Score(event=event.id, name=name, at=event.at, value=value, source="online") for name, value in found.items()
    ]


def _reading(project: Project, name: str) -> Reading | str:
    """What the suite of a prompt expects of every answer, or why there is none."""
    try:
        if not project.has(name):
            return "there is no such prompt here"
        loaded = load_suite(project, name)
    except UsageError as error:
        return str(error)
    return "it has no suite" if loaded is None else online_reading(loaded.suite)
