"""Fields of a prompt file: those the team requires, the model, tools and output."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.messages import takes
from promptctl.core.lint.rules import found
from promptctl.core.prompts.prompt import Prompt

_COMBINED = frozenset({"$ref", "allOf", "anyOf", "oneOf"})


def field_findings(prompt: Prompt, required: Collection[str]) -> Iterator[Finding]:
    """``required`` are the names of ``[lint] require``; a chain needs no model of its own."""
    top = prompt.document.place()
    for name in required:
        if not getattr(prompt, name) and not (name == "model" and prompt.steps):
            yield found("L010", f"`{name}` is missing", top, f"add `{name}:`, which [lint] require asks for")
    if prompt.model is None and not prompt.steps and "model" not in required:
        yield found("L011", f"{prompt.name} names no model", top, "add `model:`")
    yield from _tools(prompt)
    yield from _output(prompt)


def _tools(prompt: Prompt) -> Iterator[Finding]:
    names: set[str] = set()
    for index, tool in enumerate(prompt.tools):
        if tool["name"] in names:
            yield found(
                "L050", f"the tool `{tool['name']}` stands twice", prompt.document.place(("tools", index, "name"))
            )
        names.add(tool["name"])


def _output(prompt: Prompt) -> Iterator[Finding]:
    output = prompt.output
    if output is None or ("type" in output and takes(output, "object")) or _COMBINED & output.keys():
        return
    hint = "put the answer into a field of an object: {type: object, properties: …}"
    yield found("L051", "the output schema does not describe an object", prompt.document.place(("output",)), hint)
