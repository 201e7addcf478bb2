"""What tests of imports and exports share: a file of another tool as a source, and prompts as they come of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from promptctl.adapters.import_files import source_of
from promptctl.core.files.document import Document
from promptctl.core.importing.registry import FORMATS, format_of
from promptctl.core.importing.source import Import, Imported
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import parse_prompt
from promptctl.core.prompts.render import Rendering


def imported(text: str, file: str, form: str | None = None, folder: Path | None = None) -> Import:
    """A text as the import of its format reads it; the format is told by the file's name and text."""
    source = source_of(text.encode(), file, folder, form)
    return FORMATS[form or format_of(source)].read(source)


def only(text: str, file: str, form: str | None = None, folder: Path | None = None) -> Imported:
    """The lone prompt of a text of which nothing is left out."""
    found = imported(text, file, form, folder)
    assert [(problem.message, str(problem.place)) for problem in found.dropped] == []
    (prompt,) = found.prompts
    return prompt


def dropped(found: Import) -> list[tuple[int | None, str]]:
    """The line and the message of everything that is left out."""
    return [(problem.place.line if problem.place else None, problem.message) for problem in found.dropped]


def closure_of(value: Any) -> Closure:
    """A prompt.yaml without partials as a closure."""
    return Closure(prompt=parse_prompt("made/up", Document("prompt.yaml", dict(value))))


def digest_of(value: Any) -> str:
    return digest(closure_of(value))


def rendered(value: Any, **inputs: Any) -> list[tuple[str, Any]]:
    """The messages of a prompt.yaml with these inputs, role and content."""
    return [(message["role"], message["content"]) for message in Rendering(closure_of(value)).messages(inputs)]
