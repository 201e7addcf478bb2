"""Chains: what each step fills against what its prompt takes, and answers that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.messages import takes
from promptctl.core.lint.reading import template_readings
from promptctl.core.lint.rules import found
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Step
from promptctl.core.suggestion import suggest


def chain_findings(closure: Closure) -> Iterator[Finding]:
    """Every step of a chain; nothing for a prompt."""
    for index, step in enumerate(closure.prompt.steps):
        yield from _inputs(closure, index, step)
    yield from _unused(closure)


def _inputs(closure: Closure, index: int, step: Step) -> Iterator[Finding]:
    document, inputs = closure.prompt.document, closure.steps[step.name].prompt.inputs
    for name in step.inputs:
        place = document.place(("steps", index, "inputs", name))
        if name not in inputs:
            hint = suggest(name, list(inputs)) or f"its inputs: {', '.join(inputs) or 'none'}"
            yield found("L040", f"{step.prompt} has no input `{name}`", place, hint)
        elif not takes(inputs[name].schema, "string"):
            message = f"the input `{name}` of {step.prompt} takes no text, and steps pass only text"
            yield found("L044", message, place)
    for name, needed in inputs.items():
        if needed.required and name not in step.inputs:
            place = document.place(("steps", index, "name"))
            message = f"the step `{step.name}` leaves out `{name}`, which {step.prompt} requires"
            yield found("L041", message, place, f"inputs: {{{name}: …}}")


def _unused(closure: Closure) -> Iterator[Finding]:
    steps = closure.prompt.steps
    read = {name for _, _, reading in template_readings(closure) for name in reading.undeclared}
    for index, step in enumerate(steps[:-1]):
        if step.name not in read:
            place = closure.prompt.document.place(("steps", index, "name"))
            yield found("L043", f"no later step uses the answer of `{step.name}`", place)
