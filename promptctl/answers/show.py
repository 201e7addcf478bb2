"""``show`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.prompts.prompt import Input, Message, Placeholder
    from promptctl.core.releases.lockfile import LockEntry
    from promptctl.workflows.show import Shown


def data(shown: Shown) -> dict[str, Any]:
    """One prompt: versions, contract, model, messages or steps, partials."""
    resolved, prompt = shown.resolved, shown.resolved.closure.prompt
    return {
        **resolved.to_dict(),
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
    from promptctl.core.releases.lockfile import ordered

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
    from promptctl.core.prompts.prompt import Placeholder

    if isinstance(message, Placeholder):
        return {"placeholder": message.input}
    content = message.content if isinstance(message.content, str) else [dict(part) for part in message.content]
    return {"role": message.role, "content": content} | ({"cache": True} if message.cache else {})
