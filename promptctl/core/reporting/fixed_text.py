"""How much of what a prompt sends is the same in every call, and what the rest depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from promptctl.core.files.document import Document
from promptctl.core.lint.reading import used_names
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Placeholder, Prompt
from promptctl.core.prompts.template import template_tree
from promptctl.core.prompts.template_names import descendants


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedText:
    """``size`` counts the bytes that every call sends alike. ``varying`` is all else, with how often it stands there,
    spelled so that texts of equal ``varying`` send equally many bytes more for the same inputs."""

    size: int = 0
    varying: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: FixedText) -> FixedText:
        return FixedText(size=self.size + other.size, varying=self.varying + other.varying)


NOTHING = FixedText()


def fixed_text(closure: Closure) -> FixedText:
    """What every call of a prompt sends, tools and output schema too, and partials that no condition includes."""
    prompt = closure.prompt
    reading = _Reading(closure.partials)
    names = sorted(used_names(closure) & prompt.inputs.keys())
    found = _varying(*(f"{name} = {prompt.inputs[name].default!r}" for name in names))
    for message in prompt.messages:
        if isinstance(message, Placeholder):
            found += _varying(f"messages {message.input}")
        elif isinstance(message.content, str):
            found += reading.text(message.content)
        else:
            for part in message.content:
                found += reading.text(part["text"]) if part["type"] == "text" else _varying(compact_json(part))
    return found + FixedText(size=around(prompt))


def around(prompt: Prompt) -> int:
    """The bytes that a prompt sends besides its messages."""
    return sum(_bytes(compact_json(part)) for part in (list(prompt.tools), prompt.output) if part)


def text_size(messages: Sequence[Mapping[str, Any]]) -> int | None:
    """The bytes of rendered messages; None where they hold more than text."""
    parts = [part for it in messages for part in _parts(it["content"])]
    return None if None in parts else sum(_bytes(part) for part in parts if part)


class _Reading:
    """Reads templates, each partial once."""

    def __init__(self, partials: Mapping[str, Document]) -> None:
        self.partials = partials
        self.known: dict[str, FixedText] = {}

    def text(self, text: str) -> FixedText:
        return self._all(template_tree(text).body)

    def _all(self, body: Iterable[nodes.Node]) -> FixedText:
        return sum(map(self._node, body), NOTHING)

    def _node(self, node: nodes.Node) -> FixedText:
        if isinstance(node, nodes.Output):
            return self._all(node.nodes)
        if isinstance(node, nodes.TemplateData):
            return FixedText(size=_bytes(node.data))
        name = _named(node) if isinstance(node, nodes.Include) else ""
        if name in self.partials:
            if name not in self.known:
                self.known[name] = self.text(self.partials[name].value)
            return self.known[name]
        return _varying("\n".join([repr(node), *self._reached(node)]))

    def _reached(self, top: nodes.Node) -> list[str]:
        """The partials that a node and what stands in it names, themselves or by others."""
        waiting, seen = [top], dict[str, str]()
        while waiting:
            tree = waiting.pop()
            for name in map(_named, [tree, *descendants(tree)]):
                if name in self.partials and name not in seen:
                    seen[name] = self.partials[name].value
                    waiting.append(template_tree(seen[name]))
        return [text for _, text in sorted(seen.items())]


def _named(node: nodes.Node) -> str:
    """The partial that a node names; nothing where it names none."""
    if not isinstance(node, nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
        return ""
    name = node.template
    return str(name.value) if isinstance(name, nodes.Const) else ""


def _varying(*pieces: str) -> FixedText:
    return FixedText(varying=Counter(pieces))


def _parts(content: Any) -> list[str | None]:
    if isinstance(content, str):
        return [content]
    return [part.get("text") if isinstance(part, Mapping) else None for part in content or ()]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
