"""The formats that a prompt can be written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from promptctl.core.exporting import dotprompt, github_models, promptfoo, prompty
from promptctl.core.exporting.exported import Exported, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a format is written, what its files are called, and whether it holds tests."""

    write: Callable[[Subject], Exported]
    file: str
    tests: bool


FORMATS: Mapping[str, Format] = {
    "promptfoo": Format(write=promptfoo.write, file="promptfooconfig.yaml", tests=True),
    "prompty": Format(write=prompty.write, file="prompt.prompty", tests=False),
    "dotprompt": Format(write=dotprompt.write, file="prompt.prompt", tests=False),
    "github-models": Format(write=github_models.write, file="prompt.prompt.yml", tests=True),
}
