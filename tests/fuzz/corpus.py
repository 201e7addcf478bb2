"""What fuzzing of files starts from: the sound files and the hostile ones of the kind that a target reads."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile import seed
from tests.hostile.seed import made
from tests.hostile.seeds import CATEGORIES as ALL
from tests.hostile.seeds import category_seeds
from tests.hostile.sound import base_files

CATEGORIES = tuple(category for category in ALL if category not in ("template_bombs", "yaml_bombs", "patterns"))
"""Bombs take seconds each, time in which thousands of other inputs are tried."""
_FILES = {
    "prompts": (seed.PROMPT, "prompts/c/prompt.yaml", "prompts/q/prompt.yaml"),
    "partials": (seed.PARTIAL,),
    "suites": (seed.SUITE,),
    "lines": (seed.ROWS,),
    "tables": (seed.TABLE,),
    "locks": (seed.LOCK,),
    "pointers": (seed.POINTER,),
    "moves": (seed.MOVES,),
    "evidence": (seed.EVIDENCE,),
    "replies": (seed.REPLIES,),
    "settings": (seed.SETTINGS,),
    "canonical_json": (seed.LOCK, seed.EVIDENCE, seed.REPLIES, seed.ROWS),
}
_GRAMMARS = (
    "support/triage",
    "support/triage@1.2.0-rc.1",
    "support/triage@prod@{2026-11-20T12:00Z}",
    "p@sha256:1111",
    "p@git:HEAD~1",
    "1.2.3",
    "refs/tags/prompts/support/triage@v1.2.0",
    "support/triage 1.2.0\n\nDigest: sha256:1\nPath: prompts/support/triage\n",
    "hotfix/a",
    "\x1b[2J\u202e",
)


def beginnings_of_files(target: str) -> Iterator[bytes | None]:
    """The files of the kind that a target reads; None for one that a seed takes away."""
    if target == "grammars":
        yield from (text.encode() for text in _GRAMMARS)
    elif target == "templates":
        yield from (text.encode() for text in _templates())
    else:
        yield from (base_files()[path] for path in _FILES[target])
        for found in (found for category in CATEGORIES for found in category_seeds(category)):
            yield from (made(content) for path, content in found.files.items() if path in _FILES[target])


def _templates() -> Iterator[str]:
    from promptctl.adapters.files import parse_yaml
    from promptctl.errors import PromptctlError

    for category in ("template_syntax", "template_escapes", "includes"):
        for found in category_seeds(category):
            try:
                value = parse_yaml(made(found.files.get(seed.PROMPT)) or b"", "x").value
            except PromptctlError:
                continue
            if isinstance(value, dict) and isinstance(value.get("template"), str):
                yield value["template"]
