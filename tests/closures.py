"""Closures made from texts, as tests compare and check them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.core.prompts.closure import Closure


def project_of(prompts: Mapping[str, str], **files: str) -> Project:
    """A project whose ``prompt.yaml`` texts are given by name; ``files`` are further paths below ``prompts/``."""
    contents = {f"prompts/{name}/prompt.yaml": text for name, text in prompts.items()}
    return Project(TextTree(contents | {f"prompts/{path}": text for path, text in files.items()}))


def closure_of(text: str, partials: Mapping[str, str] | None = None) -> Closure:
    """One prompt called ``p`` with the partials its templates include."""
    return project_of({"p": text}, **dict(partials or {})).closure("p")


def prompt_with(**parts: Any) -> Closure:
    """A prompt called ``p`` with these top-level keys and, unless given, a plain template."""
    body = parts if {"messages", "steps", "template"} & parts.keys() else {"template": "Answer.", **parts}
    return closure_of(json.dumps(body))
