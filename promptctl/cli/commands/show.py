"""``promptctl show NAME[@REF]``."""

from __future__ import annotations

from collections.abc import Iterator
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
    from promptctl.reports.prompt_text import fact_line, indented, sent_lines

    prompt = shown.resolved.closure.prompt
    yield str(shown.resolved.reference)
    if prompt.description:
        yield indented(prompt.description)
    yield from (fact_line(label, text) for label, text in _facts(shown, prompt) if text)
    yield from sent_lines(prompt, {name: short(digest) for name, digest in shown.step_digests.items()})
    for name, document in shown.resolved.closure.partials.items():
        yield f"partial {name}"
        yield indented(document.value)


def _facts(shown: Shown, prompt: Prompt) -> Iterator[tuple[str, str]]:
    from promptctl.reports.prompt_text import prompt_facts

    resolved = shown.resolved
    yield "digest", resolved.digest
    yield "version", str(resolved.version or "")
    yield "commit", resolved.commit or ""
    yield "lock", _lock_text(shown)
    yield "releases", _releases(shown.lock)
    yield "suite", "eval.yaml" if shown.suite else f"none: promptctl new --suite {resolved.name}"
    yield from prompt_facts(prompt)


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
