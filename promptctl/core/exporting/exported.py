"""What an export makes, and what exports of all formats have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from promptctl.core.evals.suite import Suite
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import UNSAYABLE
from promptctl.core.importing.segments import Segments, Variable
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Message
from promptctl.core.prompts.template import template_tree
from promptctl.errors import DocumentError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The text of the file, and everything of the prompt (and its suite) that it does not say."""

    text: str
    dropped: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is exported: a closure, and its suite with its file where there is one."""

    closure: Closure
    suite: Suite | None = None
    suite_node: Node | None = None

    @property
    def node(self) -> Node:
        return Node(self.closure.prompt.document)


def require_one_prompt(subject: Subject, tool: str) -> None:
    """Raises DocumentError for chains and for prompts that include files: no other format has either."""
    prompt = subject.closure.prompt
    if prompt.steps:
        raise prompt.document.error(UNSAYABLE, f"{tool} has no chains of prompts", ("steps",), "export its steps")
    if subject.closure.partials:
        name = next(iter(subject.closure.partials))
        hint = "put its text into the prompt first"
        raise prompt.document.error(UNSAYABLE, f"{tool} includes no files, and this prompt includes `{name}`", (), hint)
    if isinstance(prompt.model, Mapping):
        raise prompt.document.error(UNSAYABLE, f"{tool} has no tiers of models", ("model",), "name a model")


def content_path(subject: Subject, index: int) -> tuple[str | int, ...]:
    """Where the content of a message stands in its file."""
    single = "template" in subject.closure.prompt.document.value
    return ("template",) if single else ("messages", index, "content")


def unsayable(subject: Subject, index: int, message: str, hint: str | None = None) -> DocumentError:
    """A message that the format has no way to say, whatever may be left out."""
    return subject.closure.prompt.document.error(UNSAYABLE, message, content_path(subject, index), hint)


def text_of(subject: Subject, index: int, message: Message, tool: str) -> str:
    """The template of a message. Raises DocumentError for one in parts."""
    if not isinstance(message.content, str):
        raise unsayable(subject, index, f"{tool} has no messages in parts, with images")
    return message.content


def segments_of(text: str) -> Segments | None:
    """The segments of a template that only puts in variables; None for any other."""
    found: Segments = []
    for statement in template_tree(text).body:
        if not isinstance(statement, nodes.Output):
            return None
        for part in statement.nodes:
            if isinstance(part, nodes.TemplateData):
                found.append(part.data)
            elif isinstance(part, nodes.Name):
                found.append(Variable(part.name))
            elif isinstance(part, nodes.Const) and isinstance(part.value, str):
                found.append(part.value)
            else:
                return None
    # The reader takes the last line end away, and the text keeps it.
    return [*found, "\n"] if text.endswith("\n") else found


def simple_segments(subject: Subject, index: int, text: str, tool: str) -> Segments:
    """The segments of a message. Raises DocumentError for templates that do more than put in variables."""
    found = segments_of(text)
    if found is None:
        hint = "promptfoo and prompty take conditions, loops and filters"
        raise unsayable(subject, index, f"templates of {tool} only put in variables, and this one does more", hint)
    return found


def take_inputs(node: Node, known: Collection[str], tool: str) -> Iterator[tuple[str, Node]]:
    """Each input that is more than a type's name; what its schema says beyond ``known`` is named."""
    found = node.take("inputs", dict)
    for name, item in found.entries() if found else ():
        if isinstance(item.value, dict):
            for key in known:
                item.take(key)
            item.finish(f"has no place in an input of {tool}")
        yield name, item


def drop_caches(node: Node) -> None:
    """Names the marks of cached prefixes."""
    listed = node.value.get("messages", ())
    for index, message in enumerate(listed):
        if message.get("cache"):
            Node(node.document, ("messages", index, "cache"), node.dropped).drop("has no place there")
