"""The formats that can be imported, and how a file tells which it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a format is read, and what tells it: ``names``, a pattern for the whole of a file's name in lower case, else
    ``fits``, of the value that the file holds. ``headed``: a text below a YAML head between two lines of dashes."""

    read: Callable[[Source], Import]
    names: str = "(?!)"
    fits: Callable[[Any], bool] | None = None
    headed: bool = False


_LLM_KEYS = frozenset(
    "prompt system model defaults options name schema_object extract fragments tools functions".split()
)


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


FORMATS: Mapping[str, Format] = {
    "promptfoo": Format(read=promptfoo.read, names=r"promptfooconfig.*\.(ya?ml|json)", fits=_is_promptfoo),
    "prompty": Format(read=prompty.read, names=r".*\.prompty", headed=True),
    "dotprompt": Format(read=dotprompt.read, names=r".*\.prompt", headed=True),
    "github-models": Format(read=github_models.read, names=r".*\.prompt\.ya?ml", fits=_is_github_models),
    "langfuse": Format(read=langfuse.read, fits=_is_langfuse),
    "langchain": Format(read=langchain.read, fits=_is_langchain),
    "llm": Format(read=llm_template.read, fits=_is_llm),
    "text": Format(read=plain_text.read, names=r".*\.(md|markdown|txt)"),
}


def named_format(file: str) -> str | None:
    """The format that a file's name alone tells; None where none does."""
    name = file.replace("\\", "/").rpartition("/")[2].lower()
    return next((found for found, it in FORMATS.items() if re.fullmatch(it.names, name)), None)


def format_of(source: Source) -> str:
    """The format of a file, by its name, else by what it holds.

    Raises UsageError, listing the formats, when nothing or more than one thing speaks for one.
    """
    named, value = named_format(source.document.file), source.document.value
    found = [named] if named else [name for name, it in FORMATS.items() if it.fits and it.fits(value)]
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
