"""The prompts of a promptfoo configuration: texts, chats in JSON or YAML, files beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.files.document import Document, Mark
from promptctl.core.importing.jinja import converted
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import role
from promptctl.core.importing.source import Source
from promptctl.errors import DocumentError, Problem

_SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
_TEXT_FILE = re.compile(r"[^\n{}]*\.(txt|md|j2|json|ya?ml)")
_CODE_FILE = re.compile(r"[^\n{}]*\.(py|js|ts|mjs|cjs|mts|cts|sh|exe|bat)(:\w+)?")
_ELSEWHERE = re.compile(r"(exec|https?|langfuse|portkey|helicone|python|package|huggingface):", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One prompt of the configuration: its label and its messages as prompt.yaml has them."""

    messages: tuple[Mapping[str, Any], ...]
    label: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def prompts(root: Node, source: Source) -> tuple[list[Written], list[Problem]]:
    """The prompts that can be carried over, and what is wrong with the others."""
    found: list[Written] = []
    faults: list[Problem] = []
    listed = root.take("prompts", (str, list))
    for entry in listed.items() if listed else []:
        try:
            for node, label, facts in _texts(entry, source):
                try:
                    found.append(Written(messages=tuple(_messages(node)), label=label, facts=facts))
                except DocumentError as error:
                    faults += error.problems
        except _Refused as refused:
            problem = entry.document.problem("PC143", f"{entry.spelled} {refused}", entry.path)
            faults.append(problem)
    return found, faults


class _Refused(Exception):
    """An entry is no text; the message says what it is."""


def _texts(entry: Node, source: Source) -> Iterator[tuple[Node, str, Mapping[str, Any]]]:
    """The texts of one entry with their labels."""
    if isinstance(entry.value, str):
        yield from ((node, "", {}) for node in _text_nodes(entry, source))
        return
    entry.checked(dict)
    label, facts = entry.text("label"), {key: item.value for key in ("label",) if (item := entry.take(key))}
    written = entry.take("raw", str) or entry.take("id", str)
    if written is None:
        raise entry.error(f"{entry.spelled} holds neither `raw` nor `id`")
    if "raw" in entry.value:
        entry.take("id")
    for key in ("config", "function"):
        if found := entry.take(key):
            found.drop("changes the call for this prompt alone")
    entry.finish()
    yield from ((node, label, facts) for node in _text_nodes(written, source))


def _text_nodes(node: Node, source: Source) -> Iterator[Node]:
    text = node.value
    path = text.removeprefix("file://")
    if _ELSEWHERE.match(text) or _CODE_FILE.fullmatch(path):
        raise _Refused("is made by code or comes from elsewhere, and an import runs and fetches nothing")
    if not (text.startswith("file://") or _TEXT_FILE.fullmatch(path)):
        yield node
        return
    if "*" in path or not _TEXT_FILE.fullmatch(path):
        raise _Refused("names no single file of text")
    found = source.beside(path)
    document = found.document
    if path.endswith((".txt", ".md", ".j2")):
        yield from _cut(document) if path.endswith(".txt") else [_whole(document, 0, len(document.text))]
    else:
        yield Node(document)


def names_a_file(text: str) -> bool:
    """Whether an entry is no prompt itself but says where one is."""
    path = text.removeprefix("file://")
    return path != text or any((_ELSEWHERE.match(text), _TEXT_FILE.fullmatch(path), _CODE_FILE.fullmatch(path)))


def _cut(document: Document) -> Iterator[Node]:
    """The prompts of a text file, which lines of ``---`` part."""
    start = 0
    for mark in [*_SEPARATOR.finditer(document.text), None]:
        end = mark.start() if mark else len(document.text)
        if document.text[start:end].strip():
            yield _whole(document, start, end)
        start = mark.end() if mark else end


def _whole(document: Document, start: int, end: int) -> Node:
    text = document.text[start:end]
    line = document.text.count("\n", 0, start + len(text) - len(text.lstrip())) + 1
    return Node(Document(document.file, text.strip(), {(): Mark(line, 1, line)}, document.text))


def _messages(node: Node) -> Iterator[dict[str, Any]]:
    """A chat where the text is JSON that lists messages, else one message of the user."""
    chat = node.value if isinstance(node.value, list) else _chat(node.value)
    if chat is None:
        yield {"role": "user", "content": converted(node, node.checked(str).value)}
        return
    for index, message in enumerate(chat):
        inside = node.child(index) if isinstance(node.value, list) else node
        if not isinstance(message, dict) or not message.keys() <= {"role", "content"} or "content" not in message:
            raise inside.error(f"message {index + 1} of the chat is no {{role, content}}")
        given = Node(Document(node.document.file, message.get("role", "user"), {}, ""))
        yield {"role": role(given, inside), "content": _content(node, message["content"])}


def _chat(text: str) -> list[Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and value else None


def _content(node: Node, content: Any) -> Any:
    if isinstance(content, str):
        return converted(node, content)
    return [_part(node, part) for part in (content if isinstance(content, list) else [content])]


def _part(node: Node, part: Any) -> dict[str, Any]:
    """A part of a message. Raises DocumentError for parts that are neither a text nor an image."""
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in ("text", "input_text") and isinstance(part.get("text"), str):
        return {"type": "text", "text": converted(node, part["text"])}
    if kind == "image_url" and isinstance(image := part.get("image_url"), dict) and isinstance(image.get("url"), str):
        return {"type": "image_url", "image_url": {**image, "url": converted(node, image["url"])}}
    raise node.error("a part of a message is neither a text nor an image_url")
