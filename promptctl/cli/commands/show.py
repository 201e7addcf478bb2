"""``promptctl show NAME[@REF]``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.options import NameArgument
from promptctl.cli.output import Answer

if TYPE_CHECKING:
    from promptctl.core.lockfile import LockEntry
    from promptctl.core.prompt import Input, Message, Placeholder, Prompt
    from promptctl.workflows.show import Shown


def command(context: Context, name: NameArgument) -> Answer:
    """Show one prompt: versions, contract, model, messages or steps, partials."""
    from promptctl.workflows.show import show as run

    shown = run(context.repository, name)
    return Answer(data=data(shown), view=lambda: "\n".join(view(shown)), note=shown.resolved.note)


def data(shown: Shown) -> dict[str, Any]:
    resolved, prompt = shown.resolved, shown.resolved.closure.prompt
    return {
        "name": resolved.name,
        "reference": str(resolved.reference),
        "version": str(resolved.version) if resolved.version else None,
        "commit": resolved.commit,
        "digest": resolved.digest,
        "lock": _lock_data(shown.lock),
        "as_locked": shown.as_locked,
        "suite": shown.suite,
        "description": prompt.description,
        "owner": prompt.owner,
        "tags": list(prompt.tags),
        "metadata": dict(prompt.metadata),
        "formerly": list(prompt.formerly),
        "model": prompt.model,
        "parameters": dict(prompt.parameters),
        "inputs": {name: _input_data(found) for name, found in prompt.inputs.items()},
        "messages": [_message_data(message) for message in prompt.messages],
        "steps": [
            {
                "name": step.name,
                "prompt": step.prompt,
                "digest": shown.step_digests[step.name],
                "inputs": dict(step.inputs),
            }
            for step in prompt.steps
        ],
        "output": prompt.output,
        "tools": list(prompt.tools),
        "partials": {name: document.value for name, document in resolved.closure.partials.items()},
    }


def _lock_data(lock: LockEntry | None) -> dict[str, Any] | None:
    from promptctl.core.lockfile import ordered

    if lock is None:
        return None
    return {
        "version": str(lock.version),
        "digest": lock.digest,
        "releases": {str(version): lock.releases[version] for version in ordered(lock.releases)},
        "retired": {str(version): lock.retired[version] for version in ordered(lock.retired)},
    }


def _input_data(found: Input) -> dict[str, Any]:
    shown: dict[str, Any] = {"required": found.required, "schema": dict(found.schema)}
    return shown if found.required else shown | {"default": found.default}


def _message_data(message: Message | Placeholder) -> dict[str, Any]:
    from promptctl.core.prompt import Placeholder

    if isinstance(message, Placeholder):
        return {"placeholder": message.input}
    content = message.content if isinstance(message.content, str) else [dict(part) for part in message.content]
    return {"role": message.role, "content": content} | ({"cache": True} if message.cache else {})


def view(shown: Shown) -> Iterator[str]:
    """The lines of a page: facts first, then what is sent."""
    from promptctl.core.canonical import short
    from promptctl.core.yaml_text import flow

    prompt = shown.resolved.closure.prompt
    yield str(shown.resolved.reference)
    if prompt.description:
        yield textwrap.indent(prompt.description.rstrip("\n"), "  ")
    yield from (f"{label:<11} {text}" for label, text in _facts(shown, prompt) if text)
    yield from _inputs(prompt.inputs)
    if prompt.output is not None:
        yield f"{'output':<11} {flow(prompt.output)}"
    yield from (f"{'tool':<11} {flow(tool)}" for tool in prompt.tools)
    for message in prompt.messages:
        yield from _message(message)
    for step in prompt.steps:
        given = ", ".join(f"{name}={template}" for name, template in step.inputs.items())
        yield f"[{step.name}] {step.prompt} {short(shown.step_digests[step.name])}"
        yield textwrap.indent(given, "  ")
    for name, document in shown.resolved.closure.partials.items():
        yield f"partial {name}"
        yield textwrap.indent(document.value.rstrip("\n"), "  ")


def _facts(shown: Shown, prompt: Prompt) -> Iterator[tuple[str, str]]:
    from promptctl.core.yaml_text import flow

    resolved = shown.resolved
    yield "digest", resolved.digest
    yield "version", str(resolved.version or "")
    yield "commit", resolved.commit or ""
    yield "lock", _lock_text(shown)
    yield "releases", _releases(shown.lock)
    yield "suite", "eval.yaml" if shown.suite else f"none: promptctl new --suite {resolved.name}"
    yield "owner", prompt.owner
    yield "tags", ", ".join(prompt.tags)
    yield "metadata", flow(prompt.metadata) if prompt.metadata else ""
    yield "formerly", ", ".join(prompt.formerly)
    yield "model", "" if prompt.model is None else flow(prompt.model)
    yield "parameters", flow(prompt.parameters) if prompt.parameters else ""


def _lock_text(shown: Shown) -> str:
    if shown.lock is None:
        return "not locked yet: promptctl lock"
    if shown.as_locked:
        return f"{shown.lock.version}, the same digest"
    return f"{shown.lock.version}, another digest: {shown.lock.digest}"


def _releases(lock: LockEntry | None) -> str:
    from promptctl.core.lockfile import ordered

    if lock is None:
        return ""
    named = (
        f"{version} (retired: {lock.retired[version]})" if version in lock.retired else str(version)
        for version in reversed(ordered(lock.releases))
    )
    return ", ".join(named)


def _inputs(inputs: Mapping[str, Input]) -> Iterator[str]:
    from promptctl.core.yaml_text import flow

    for name, found in inputs.items():
        rest = {key: value for key, value in found.schema.items() if key not in ("type", "description")}
        words = [name, flow(found.schema.get("type", "any"))]
        words += [flow(rest)] if rest else []
        words.append("required" if found.required else f"default {flow(found.default)}")
        yield f"{'input':<11} {' '.join(words)}"
        if described := found.schema.get("description"):
            yield textwrap.indent(str(described).rstrip("\n"), " " * 14)


def _message(message: Message | Placeholder) -> Iterator[str]:
    from promptctl.core.prompt import Placeholder
    from promptctl.core.yaml_text import flow

    if isinstance(message, Placeholder):
        yield f"[{message.input}] earlier messages"
        return
    yield f"[{message.role}]" + (" cached up to here" if message.cache else "")
    text = message.content if isinstance(message.content, str) else "\n".join(flow(part) for part in message.content)
    yield textwrap.indent(text.rstrip("\n"), "  ")
