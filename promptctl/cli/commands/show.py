"""``promptctl show NAME[@REF]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptctl.answers.show import data
from promptctl.cli.context import Context
from promptctl.cli.options import NameArgument
from promptctl.cli.output import Answer

if TYPE_CHECKING:
    from promptctl.core.prompts.prompt import Prompt
    from promptctl.core.releases.lockfile import LockEntry
    from promptctl.workflows.show import Shown


def command(context: Context, name: NameArgument) -> Answer:
    """Show one prompt: versions, contract, model, messages or steps, partials."""
    from promptctl.workflows.show import show as run

    shown = run(context.repository, name)
    return Answer(data=data(shown), view=lambda: "\n".join(view(shown)), note=shown.resolved.note)


def view(shown: Shown) -> Iterator[str]:
    """The lines of a page: facts first, then what is sent."""
    from promptctl.core.prompts.canonical import short
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
    from promptctl.core.releases.lockfile import ordered

    if lock is None:
        return ""
    named = (
        f"{version} (retired: {lock.retired[version]})" if version in lock.retired else str(version)
        for version in reversed(ordered(lock.releases))
    )
    return ", ".join(named)
