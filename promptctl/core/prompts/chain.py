"""Goes through a chain step by step, whoever answers: a person who renders, a runner, a suite."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall:
    """A prompt that has to be answered next. ``path`` is the step's name, ``outer.inner`` in a chain of chains.

    The path is empty where there is no chain at all.
    """

    path: str
    closure: Closure
    inputs: Mapping[str, Any]


def step_calls(
    closure: Closure,
    given: Mapping[str, Any],
    path: str = "",
    rendering_of: Callable[[Closure], Rendering] = Rendering,
) -> Generator[StepCall, str, str]:
    """Yields each prompt to be answered, takes its answer by ``send``, and returns the last one.

    A prompt that is no chain is its own only step. ``rendering_of`` lets a caller compile templates once for many
    runs. Raises UsageError as Rendering does.
    """
    if not closure.prompt.steps:
        return (yield StepCall(path=path, closure=closure, inputs=given))
    rendering = rendering_of(closure)
    values = rendering.bind(given)
    answer = ""
    for index, step in enumerate(closure.prompt.steps):
        inner = f"{path}.{step.name}" if path else step.name
        inputs = rendering.step_inputs(index, values)
        answer = yield from step_calls(closure.steps[step.name], inputs, inner, rendering_of)
        values[step.name] = answer
    return answer


def step_paths(closure: Closure, path: str = "") -> tuple[str, ...]:
    """The paths of all steps that are answered by a model, in their order; none where there is no chain."""
    found: tuple[str, ...] = ()
    for step in closure.prompt.steps:
        inner = f"{path}.{step.name}" if path else step.name
        found += step_paths(closure.steps[step.name], inner) or (inner,)
    return found
