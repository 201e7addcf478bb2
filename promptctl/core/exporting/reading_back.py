"""Compares a prompt with what its export says when it is imported again: what differs was not said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptctl.core.exporting.exported import segments_of
from promptctl.core.files.document import Document, Path, pointer
from promptctl.core.importing.node import DROPPED
from promptctl.core.importing.segments import jinja
from promptctl.core.prompts.canonical import canonical
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Prompt, parse_prompt
from promptctl.errors import Problem, UsageError

_OTHERWISE = "cannot be said as it is: it reads back as something else"
_SPELLING = "says the same, but reads back in another spelling, which is another digest,"


def differences(prompt: Prompt, value: Mapping[str, Any], tool: str) -> Iterator[Problem]:
    """What of the prompt's identity does not come back from ``value``, the prompt.yaml of the import."""
    try:
        back = canonical(Closure(prompt=parse_prompt(prompt.name, Document("export", dict(value)))))
    except UsageError as fault:
        yield prompt.document.problem(DROPPED, f"{tool} would read back no valid prompt: {fault}")
        return
    own = canonical(Closure(prompt=prompt))
    for key in sorted(own.keys() | back.keys()):
        if own.get(key) != back.get(key):
            yield from _named(prompt, key, own.get(key), back.get(key), tool)


def _named(prompt: Prompt, key: str, own: Any, back: Any, tool: str) -> Iterator[Problem]:
    """The parts of a key that differ, by name or number."""
    if key == "messages" and isinstance(own, list) and isinstance(back, list) and len(own) == len(back):
        for index, (mine, theirs) in enumerate(zip(own, back, strict=True)):
            if mine != theirs:
                same = _plain(mine) is not None and _plain(mine) == _plain(theirs)
                yield _problem(prompt, ("messages", index), tool, _SPELLING if same else _OTHERWISE)
    elif isinstance(own, Mapping) and isinstance(back, Mapping) and key in ("inputs", "parameters"):
        for name in sorted(own.keys() | back.keys()):
            if own.get(name) != back.get(name):
                yield _problem(prompt, (key, name), tool)
    else:
        yield _problem(prompt, (key,), tool)


def _plain(message: Mapping[str, Any]) -> Any:
    """A message by what it says, however its template is spelled; None where that is not plain to see."""
    content = message.get("content")
    segments = segments_of(content) if isinstance(content, str) else None
    return segments and (message.get("role"), jinja(segments).strip())


def _problem(prompt: Prompt, path: Path, tool: str, what: str = _OTHERWISE) -> Problem:
    message = f"`{pointer(path)}` {what} from {tool}"
    return prompt.document.problem(DROPPED, message, path)
