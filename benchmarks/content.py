"""The prompts of a generated repository: their text, the same as values, and what promptctl's core makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from promptctl.core.files.document import Document
from promptctl.core.prompts.canonical import digest, parts
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import parse_prompt
from promptctl.core.releases.lockfile import LockEntry, Lockfile
from promptctl.core.releases.version import Version

COMMON = "Be brief, kind and exact.\n"
SETTINGS = """\
[repository]
default_branch = "main"

[environments.dev]
gate = false

[environments.staging]
after = "dev"
gate = false

[environments.prod]
after = "staging"
gate = false
"""
ENVIRONMENTS = ("dev", "staging", "prod")
SUBJECT = 0
"""The index of the prompt that single-prompt commands are measured on."""
_CHAIN_EVERY = 50


@dataclass(frozen=True, kw_only=True)
class Content:
    """``prompts`` prompts of which each has ``versions`` releases; the subject has ``subject_versions``.

    A partial serves a hundred prompts and includes one that all share; every fiftieth prompt is a chain of two.
    """

    prompts: int
    versions: int = 1
    subject_versions: int = 1

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f"team-{index % 40:02d}/prompt-{index:05d}" for index in range(self.prompts))

    @property
    def subject(self) -> str:
        return self.names[SUBJECT]

    @property
    def rounds(self) -> int:
        """How many commits bring releases."""
        return max(self.versions, self.subject_versions)

    def releases(self, index: int) -> int:
        """How many releases a prompt has."""
        return self.subject_versions if index == SUBJECT else self.versions

    def partials(self) -> Iterator[tuple[str, str]]:
        """Path below ``prompts/`` and text of each partial."""
        yield "shared/common.j2", COMMON
        for number in range(0, self.prompts, 100):
            yield _tone_path(number), _tone(number)

    def text(self, index: int, revision: int) -> str:
        """A prompt's file at a revision, counted from 0."""
        return _chain_text(self.names, index) if self._is_chain(index) else _text(index, revision)

    def _is_chain(self, index: int) -> bool:
        return index % _CHAIN_EVERY == _CHAIN_EVERY - 1

    def closure(self, index: int, revision: int) -> Closure:
        """The same as a value, made without parsing."""
        name = self.names[index]
        file = f"prompts/{name}/prompt.yaml"
        if self._is_chain(index):
            prompt = parse_prompt(name, Document(file, _chain_value(self.names, index)))
            steps = {step.name: self.closure(self.names.index(step.prompt), revision) for step in prompt.steps}
            return Closure(prompt=prompt, steps=steps)
        prompt = parse_prompt(name, Document(file, _value(index, revision)))
        texts = {_tone_path(index): _tone(index), "shared/common.j2": COMMON}
        return Closure(
            prompt=prompt, partials={path: Document(f"prompts/{path}", text) for path, text in texts.items()}
        )


class Locks:
    """The locks of the commits that bring releases, one after the other."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.lock = Lockfile()

    def advance(self, revision: int) -> dict[str, tuple[Version, str]]:
        """Adds one release of every prompt that has as many; the new versions and digests by name."""
        entries, made = dict(self.lock.prompts), {}
        version = Version(1, revision, 0)
        for index, name in enumerate(self._content.names):
            if revision >= self._content.releases(index):
                continue
            closure = self._content.closure(index, revision)
            text, before = digest(closure), entries.get(name)
            releases = {**(before.releases if before else {}), version: text}
            entries[name] = LockEntry(version=version, digest=text, parts=parts(closure), releases=releases)
            made[name] = (version, text)
        self.lock = Lockfile(entries)
        return made


def _tone_path(index: int) -> str:
    return f"shared/tone-{index // 100:03d}.j2"


def _tone(index: int) -> str:
    return f'{{% include "shared/common.j2" %}}\nSpeak as group {index // 100} agreed to.\n'


def _system(index: int, revision: int) -> str:
    return (
        f'{{% include "{_tone_path(index)}" %}}\n'
        f"Answer questions about area {index}, as revision {revision} has it.\n"
        '{% if language != "en" %}\n'
        "Answer in {{ language }}.\n"
        "{% endif %}\n"
    )


def _text(index: int, revision: int) -> str:
    system = "".join(f"      {line}\n" for line in _system(index, revision).splitlines())
    return f"""\
description: Answers questions about area {index}.
owner: team-{index % 40:02d}
tags: [generated, area-{index % 7}]
metadata: {{ticket: OPS-{index}}}
model: echo:echo
parameters: {{temperature: 0, max_tokens: 200}}
inputs:
  question: {{type: string, description: What the user asks., maxLength: 8000}}
  language: {{type: string, enum: [en, de, fr], default: en}}
  history: {{type: array, default: []}}
messages:
  - role: system
    content: |
{system}\
  - placeholder: history
  - role: user
    content: "{{{{ question }}}}"
output:
  type: object
  properties: {{answer: {{type: string}}}}
  required: [answer]
"""


def _value(index: int, revision: int) -> dict[str, Any]:
    return {
        "description": f"Answers questions about area {index}.",
        "owner": f"team-{index % 40:02d}",
        "tags": ["generated", f"area-{index % 7}"],
        "metadata": {"ticket": f"OPS-{index}"},
        "model": "echo:echo",
        "parameters": {"temperature": 0, "max_tokens": 200},
        "inputs": {
            "question": {"type": "string", "description": "What the user asks.", "maxLength": 8000},
            "language": {"type": "string", "enum": ["en", "de", "fr"], "default": "en"},
            "history": {"type": "array", "default": []},
        },
        "messages": [
            {"role": "system", "content": _system(index, revision)},
            {"placeholder": "history"},
            {"role": "user", "content": "{{ question }}"},
        ],
        "output": {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]},
    }


def _chain_value(names: tuple[str, ...], index: int) -> dict[str, Any]:
    return {
        "description": f"Asks twice about area {index}.",
        "inputs": {"text": "string"},
        "steps": [
            {"name": "first", "prompt": names[index - 1], "inputs": {"question": "{{ text }}"}},
            {"name": "second", "prompt": names[index - 2], "inputs": {"question": "{{ first }}"}},
        ],
    }


def _chain_text(names: tuple[str, ...], index: int) -> str:
    """JSON is YAML: one spelling for the file and the value."""
    return json.dumps(_chain_value(names, index), indent=2) + "\n"
