"""Characters nobody sees and words nobody should: hidden characters and likely secrets in prompt files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from promptctl.core.files.document import Document
from promptctl.core.lint.finding import Finding
from promptctl.core.lint.rules import found
from promptctl.core.prompts.prompt import Prompt
from promptctl.core.secrets import likely_secrets
from promptctl.errors import Place

_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]+")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_ESCAPE = re.compile(r"\\[nrt\"\\]")
"""What stands for one character in quoted YAML and JSON and would be read as letters of a key beside it."""

_CONFLICT = "<<<<<<< "
_JOINERS, _MARKS = "\u200c\u200d", "\u061c\u200e\u200f"


def document_findings(document: Document) -> Iterator[Finding]:
    """What a file's text holds, as it is written."""
    if _HIDDEN.search(document.text):
        for number, line in enumerate(document.text.split("\n"), 1):
            for column, character in hidden_characters(line):
                yield _hidden(character, document.line(number, column))
    yield from secret_findings(document)
    if _CONFLICT in document.text:
        yield from conflict_findings(document)


def conflict_findings(document: Document) -> Iterator[Finding]:
    """Conflicts that a merge left, each at its first marker; a marker alone is none."""
    begun, parted = 0, False
    for number, line in enumerate(document.text.split("\n"), 1):
        if line.startswith(_CONFLICT):
            begun, parted = number, False
        elif line.rstrip("\r") == "=======":
            parted = bool(begun)
        elif parted and line.startswith(">>>>>>> "):
            hint = f"settle the conflict in the file, then git add {document.file}"
            yield found("L032", f"merge conflict markers, up to line {number}", document.line(begun), hint)
            begun, parted = 0, False


def escaped_findings(prompt: Prompt) -> Iterator[Finding]:
    """Hidden characters that YAML escapes put into a template, so that the file's own text does not show them."""
    for path, text in prompt.templates():
        for number, line in enumerate(text.split("\n"), 1):
            for _, character in hidden_characters(line):
                if character not in prompt.document.text:
                    yield _hidden(character, prompt.document.template_place(path, number))


def hidden_characters(line: str) -> Iterator[tuple[int, str]]:
    """(column, character) of the first of each hidden character in a line.

    Left out is what writing needs: joiners between letters that are not ASCII (Persian, emoji), direction marks in a
    line with right-to-left letters, and the tags of a flag emoji.
    """
    seen: set[str] = set()
    visible = _FLAG.sub(lambda flag: " " * len(flag[0]), line) if "\U0001f3f4" in line else line
    for hit in _HIDDEN.finditer(visible):
        character = hit[0]
        if character not in seen and not _is_needed(character, visible, hit.start()):
            seen.add(character)
            yield hit.start() + 1, character


def _is_needed(character: str, line: str, index: int) -> bool:
    if character in _JOINERS:
        around = line[max(index - 1, 0) : index] + line[index + 1 : index + 2]
        return len(around) == 2 and not around.isascii()
    return character in _MARKS and any(
        unicodedata.bidirectional(other) in ("R", "AL") for other in line if other > "\u0590" and other not in _MARKS
    )


def _hidden(character: str, place: Place) -> Finding:
    name = unicodedata.name(character, "a control character").lower()
    excerpt = place.excerpt and _HIDDEN.sub(_spelled, place.excerpt)
    message = f"hidden character U+{ord(character):04X}, {name}"
    return found("L030", message, replace(place, excerpt=excerpt), "delete it, or spell it out")


def _spelled(character: re.Match[str]) -> str:
    return character[0].encode("unicode_escape").decode("ascii")


def secret_findings(document: Document) -> Iterator[Finding]:
    """What in a file's text has the shape of a key."""
    for start, end in likely_secrets(_ESCAPE.sub("  ", document.text)):
        if not _is_stand_in(document.text[start:end]):
            line = document.text.count("\n", 0, start) + 1
            place = document.line(line, start - document.text.rfind("\n", 0, start))
            hint = "revoke it, then take it out; an input can carry what a prompt must not hold"
            yield found("L031", "this looks like a secret", place, hint)


def _is_stand_in(text: str) -> bool:
    """Whether it is a template's variable, or words in capitals that stand for a key."""
    return "{{" in text or not re.search("[0-9a-z]", text)
