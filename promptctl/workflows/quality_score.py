"""``quality score``: a sample of live answers judged by what the suite expects of every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from promptctl.adapters.project import Project
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.adapters.warehouse.sampled import prompts_called, sampled_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import SCORES, Event, Score
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.reporting.online import names_of, online_reading, scores_of_answer
from promptctl.core.reporting.sampling import sample_bound
from promptctl.core.reporting.window import Window
from promptctl.core.scorers.graded import Opinion
from promptctl.core.scorers.registry import Expectation
from promptctl.errors import UsageError
from promptctl.workflows.events_store import EventsPlace
from promptctl.workflows.live_judging import answer_of, judging_into


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptScored:
    """What became of a prompt's calls: ``calls`` were looked at, ``names`` are the scores that they have now.

    ``left_out`` says of other expectations why they are not looked at; ``fault`` why the prompt has none at all,
    ``faults`` why some could not judge.
    """

    name: str
    calls: int = 0
    names: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    fault: str | None = None
    faults: tuple[str, ...] = ()


def score_calls(
    project: Project,
    place: EventsPlace,
    warehouse: Warehouse,
    window: Window,
    *,
    sample: float,
    most: int,
    providers: Mapping[str, ProviderSettings] | None = None,
) -> tuple[PromptScored, ...]:
    """Scores the calls of a window that belong to the sample and have no such scores yet, prompt by prompt.

    The suite of the files counts. With ``providers`` its judges are asked too, and their calls are events of the same
    store. Raises OutsideError when the store cannot be read or written.
    """
    scored = []
    with closing(place.open()) as store, ExitStack() as stack:
        judging = stack.enter_context(judging_into(place, providers)) if providers is not None else None
        for name in prompts_called(warehouse, window):
            loaded = _suite(project, name)
            if isinstance(loaded, str):
                scored.append(PromptScored(name=name, fault=loaded))
                continue
            reading = online_reading(loaded.suite, judges=judging is not None)
            calls: Sequence[Event] = ()
            faults: dict[str, None] = {}
            if reading.expectations:
                calls = sampled_calls(warehouse, window, name, sample_bound(sample), most)
                redactor = place.redactor()
                for event in calls:
                    opinions = judging.opinions(event, reading.expectations, loaded.judges) if judging else {}
                    found, said = scores_of_call(event, reading.expectations, opinions)
                    faults |= dict.fromkeys(said if judging else ())
                    store.add(SCORES, [redactor.score(it) for it in found])
            names = tuple(names_of(reading.expectations))
            left_out = tuple(sorted(reading.left_out.items()))
            scored.append(
                PromptScored(name=name, calls=len(calls), names=names, left_out=left_out, faults=tuple(faults))
            )
    return tuple(scored)


def scores_of_call(
    event: Event, expectations: Sequence[Expectation], opinions: Mapping[str, Opinion]
) -> tuple[list[Score], tuple[str, ...]]:
    """What expectations say of an answer that was kept, and why others say nothing."""
    answer = replace(answer_of(event), opinions=opinions)
    return scores_of_answer(event.id, event.at, answer, expectations)


def _suite(project: Project, name: str) -> LoadedSuite | str:
    """The suite of a prompt, or why there is none."""
    try:
        if not project.has(name):
            return "there is no such prompt here"
        return load_suite(project, name) or "it has no suite"
    except UsageError as error:
        return str(error)
