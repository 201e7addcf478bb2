"""A prompt's file as people read it: facts first, then what is sent. A line a fact, so that lines can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptctl.core.files.yaml_text import flow
from promptctl.core.prompts.prompt import Input, Message, Placeholder, Prompt

WIDTH = 11
"""Of the labels before facts."""


def prompt_text(prompt: Prompt) -> str:
    """All that a prompt's file says, but not what it includes: what Git shows in place of the file."""
    described = [indented(prompt.description)] if prompt.description else []
    facts = [fact_line(label, text) for label, text in prompt_facts(prompt) if text]
    return "\n".join([*described, *facts, *sent_lines(prompt)]) + "\n"


def fact_line(label: str, text: str) -> str:
    """A fact behind its label."""
    return f"{label:<{WIDTH}} {text}"


def indented(text: str, width: int = 2) -> str:
    """A text of several lines below what it belongs to; empty lines stay empty."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join(" " * width + line if line.strip() else line for line in lines)


def prompt_facts(prompt: Prompt) -> Iterator[tuple[str, str]]:
    """What the file says of the prompt, each with its label; empty where it says nothing."""
    yield "owner", prompt.owner
    yield "tags", ", ".join(prompt.tags)
    yield "metadata", flow(prompt.metadata) if prompt.metadata else ""
    yield "formerly", ", ".join(prompt.formerly)
    yield "model", "" if prompt.model is None else flow(prompt.model)
    yield "parameters", flow(prompt.parameters) if prompt.parameters else ""


def sent_lines(prompt: Prompt, steps: Mapping[str, str] | None = None) -> Iterator[str]:
    """Inputs, output, tools, messages and steps; ``steps`` names the digest of each step where it is known."""
    for name, found in prompt.inputs.items():
        yield from _input(name, found)
    if prompt.output is not None:
        yield fact_line("output", flow(prompt.output))
    yield from (fact_line("tool", flow(tool)) for tool in prompt.tools)
    for message in prompt.messages:
        yield from _message(message)
    for step in prompt.steps:
        given = ", ".join(f"{name}={template}" for name, template in step.inputs.items())
        yield f"[{step.name}] {step.prompt}" + (f" {steps[step.name]}" if steps else "")
        yield indented(given)


def _input(name: str, found: Input) -> Iterator[str]:
    rest = {key: value for key, value in found.schema.items() if key not in ("type", "description")}
    words = [name, flow(found.schema.get("type", "any"))]
    words += [flow(rest)] if rest else []
    words.append("required" if found.required else f"default {flow(found.default)}")
    yield fact_line("input", " ".join(words))
    if described := found.schema.get("description"):
        yield indented(str(described), WIDTH + 3)


def _message(message: Message | Placeholder) -> Iterator[str]:
    if isinstance(message, Placeholder):
        yield f"[{message.input}] earlier messages"
        return
    yield f"[{message.role}]" + (" cached up to here" if message.cache else "")
    text = message.content if isinstance(message.content, str) else "\n".join(flow(part) for part in message.content)
    yield indented(text)
