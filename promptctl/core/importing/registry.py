"""The formats that can be imported, and how a file tells which it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from promptctl.core.importing import (
    dotprompt,
    github_models,
    langchain,
    langfuse,
    llm_template,
    plain_text,
    promptfoo,
    prompty,
)
from promptctl.core.importing.source import Import, Source
from promptctl.core.suggestion import suggest
from promptctl.errors import Place, UsageError

UNKNOWN_FORMAT = "PC140"

FORMATS: Mapping[str, Callable[[Source], Import]] = {
    "promptfoo": promptfoo.read,
    "prompty": prompty.read,
    "dotprompt": dotprompt.read,
    "github-models": github_models.read,
    "langfuse": langfuse.read,
    "langchain": langchain.read,
    "llm": llm_template.read,
    "text": plain_text.read,
}
_BY_NAME = {
    re.compile(r".*\.prompty"): "prompty",
    re.compile(r".*\.prompt"): "dotprompt",
    re.compile(r".*\.prompt\.ya?ml"): "github-models",
    re.compile(r"promptfooconfig.*\.(ya?ml|json)"): "promptfoo",
    re.compile(r".*\.(md|markdown|txt)"): "text",
}
_LLM_KEYS = frozenset(
    "prompt system model defaults options name schema_object extract fragments tools functions".split()
)


def format_of(source: Source) -> str:
    """The format of a file, by its name, else by what it holds.

    Raises UsageError, listing the formats, when nothing or more than one thing speaks for one.
    """
    name = source.document.file.replace("\\", "/").rpartition("/")[2].lower()
    named = next((found for pattern, found in _BY_NAME.items() if pattern.fullmatch(name)), None)
    found = [named] if named else [name for name, fits in _BY_CONTENT.items() if fits(source.document.value)]
    if len(found) == 1:
        return found[0]
    message = (
        f"{source.document.file} may be {' or '.join(found)}"
        if found
        else (f"{source.document.file} has no format that promptctl knows")
    )
    raise UsageError(UNKNOWN_FORMAT, message, place=Place(source.document.file), hint=_hint())


def check_format(name: str) -> str:
    """The format itself. Raises UsageError when there is none of that name."""
    if name not in FORMATS:
        raise UsageError(UNKNOWN_FORMAT, f"there is no format `{name}`", hint=suggest(name, FORMATS) or _hint())
    return name


def _hint() -> str:
    return f"pass --format: {', '.join(FORMATS)}"


def _is_promptfoo(value: Any) -> bool:
    return isinstance(value, dict) and "prompts" in value


def _is_github_models(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("messages"), list)


def _is_langchain(value: Any) -> bool:
    return isinstance(value, dict) and ("_type" in value or {"lc", "type"} <= value.keys())


def _is_langfuse(value: Any) -> bool:
    has_prompt = isinstance(value, dict) and isinstance(value.get("prompt"), str | list)
    return has_prompt and bool({"config", "labels", "type"} & value.keys()) and "_type" not in value


def _is_llm(value: Any) -> bool:
    is_mapping = isinstance(value, dict) and value.keys() <= _LLM_KEYS
    return is_mapping and any(isinstance(value.get(key), str) for key in ("prompt", "system"))


_BY_CONTENT: Mapping[str, Callable[[Any], bool]] = {
    "promptfoo": _is_promptfoo,
    "github-models": _is_github_models,
    "langfuse": _is_langfuse,
    "langchain": _is_langchain,
    "llm": _is_llm,
}
