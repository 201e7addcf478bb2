"""What a GitHub Actions runner tells a step, and where it takes results: variables, the event's file, two files."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SUMMARY, OUTPUT = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubEvent:
    """``name`` is empty outside a runner; ``base`` is the branch that a pull request goes to.

    ``payload`` is what the event's file holds, an empty object when it cannot be read.
    """

    name: str = ""
    base: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)

    def text(self, *keys: str) -> str:
        """A text of the payload by its path, empty when there is none."""
        value: Any = self.payload
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) else ""


def read_event(environment: Mapping[str, str]) -> GithubEvent:
    """The event that started the job."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return GithubEvent()
    try:
        payload = json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        payload = {}
    return GithubEvent(
        name=environment.get("GITHUB_EVENT_NAME", ""),
        base=environment.get("GITHUB_BASE_REF", ""),
        payload=payload if isinstance(payload, dict) else {},
    )


def append_summary(environment: Mapping[str, str], markdown: str) -> None:
    """Adds to the job's summary; does nothing where there is none."""
    if environment.get(SUMMARY):
        _append(Path(environment[SUMMARY]), markdown)


def append_outputs(environment: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Sets the step's outputs. The delimiter is new each time: no value can end early and set another."""
    if environment.get(OUTPUT):
        delimiter = f"end_{secrets.token_hex(16)}"
        text = "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())
        _append(Path(environment[OUTPUT]), text)


def stop_token() -> str:
    """A word that nobody can guess, with which a runner stops and resumes reading commands from the log."""
    return f"stop_{secrets.token_hex(16)}"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
