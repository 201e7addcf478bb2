"""A prompt as a value: parsed from ``prompt.yaml``, short forms expanded, every template's place known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document, Path, pointer
from promptctl.core.name import check_name, name_fault
from promptctl.core.suggestion import suggest
from promptctl.errors import DocumentError, Problem, first_problems

MAX_TEMPLATES = 1000

INPUT_NAMES_TAKEN = frozenset(
    {"loop", "range", "namespace", "self", "caller", "true", "false", "none", "varargs", "kwargs"}
)


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input: its JSON Schema without ``default``; ``default`` is MISSING when the input is required."""

    schema: Mapping[str, Any]
    default: Any = MISSING

    @property
    def required(self) -> bool:
        return self.default is MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A role and a template, or a list of parts that hold templates."""

    role: str
    content: str | tuple[Mapping[str, Any], ...]
    cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """Stands for the earlier messages that the input of this name holds."""

    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain; each input is a template over the chain's inputs and earlier steps' outputs."""

    name: str
    prompt: str
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What ``prompt.yaml`` says. Exactly one of ``messages`` and ``steps`` is non-empty."""

    name: str
    document: Document
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()
    model: str | Mapping[str, Any] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    messages: tuple[Message | Placeholder, ...] = ()
    steps: tuple[Step, ...] = ()
    output: Mapping[str, Any] | None = None
    tools: tuple[Mapping[str, Any], ...] = ()

    def templates(self) -> Iterator[tuple[Path, str]]:
        """Every template text of the prompt with its path in the file."""
        if "template" in self.document.value:
            yield ("template",), self.document.value["template"]
            return
        for index, message in enumerate(self.messages):
            if isinstance(message, Message):
                yield from _message_templates(("messages", index, "content"), message.content)
        for index, step in enumerate(self.steps):
            for name, text in step.inputs.items():
                yield ("steps", index, "inputs", name), text


def _message_templates(path: Path, content: str | tuple[Mapping[str, Any], ...]) -> Iterator[tuple[Path, str]]:
    if isinstance(content, str):
        yield path, content
        return
    for index, part in enumerate(content):
        if part["type"] == "text":
            yield (*path, index, "text"), part["text"]
        else:
            yield (*path, index, "image_url", "url"), part["image_url"]["url"]


def parse_prompt(name: str, document: Document) -> Prompt:
    """The prompt that a document describes. Raises DocumentError with the problems found."""
    check_name(name)
    return _prompt(name, document) if document.sound_as == "prompt" else _judged(name, document)


def _judged(name: str, document: Document) -> Prompt:
    schema.check(document, "prompt")
    if problems := first_problems(chain(_input_problems(document), _reference_problems(document))):
        raise DocumentError(problems)
    found = _prompt(name, document)
    if sum(1 for _ in found.templates()) > MAX_TEMPLATES:
        raise document.error(schema.MALFORMED, f"a prompt has at most {MAX_TEMPLATES} templates")
    return found


def _prompt(name: str, document: Document) -> Prompt:
    value = document.value
    return Prompt(
        name=name,
        document=document,
        description=value.get("description", ""),
        owner=value.get("owner", ""),
        tags=tuple(value.get("tags", ())),
        metadata=value.get("metadata", {}),
        formerly=tuple(value.get("formerly", ())),
        model=value.get("model"),
        parameters=value.get("parameters", {}),
        inputs={key: parse_input(written) for key, written in value.get("inputs", {}).items()},
        messages=_messages(value),
        steps=tuple(
            Step(name=s["name"], prompt=s["prompt"], inputs=s.get("inputs", {})) for s in value.get("steps", ())
        ),
        output=value.get("output") or None,
        tools=tuple(value.get("tools", ())),
    )


def parse_input(written: str | Mapping[str, Any]) -> Input:
    """An input from its written form; a type's name is short for ``{type: …}``."""
    if isinstance(written, str):
        return Input(schema={"type": written})
    return Input(
        schema={key: value for key, value in written.items() if key != "default"},
        default=written.get("default", MISSING),
    )


def _messages(value: Mapping[str, Any]) -> tuple[Message | Placeholder, ...]:
    if "template" in value:
        return (Message(role="user", content=value["template"]),)
    return tuple(parse_message(written) for written in value.get("messages", ()))


def parse_message(written: Mapping[str, Any]) -> Message | Placeholder:
    """A message, or the place of some, from its written form."""
    if "placeholder" in written:
        return Placeholder(input=written["placeholder"])
    content = written["content"]
    return Message(
        role=written["role"],
        content=content if isinstance(content, str) else tuple(content),
        cache=written.get("cache", False),
    )


def _input_problems(document: Document) -> Iterator[Problem]:
    from promptctl.core.json_schemas.value_schema import schema_fault, value_fault

    for name, written in document.value.get("inputs", {}).items():
        path: Path = ("inputs", name)
        if name in INPUT_NAMES_TAKEN:
            yield document.problem(
                schema.MALFORMED, f"`{name}` means something in templates already", path, "rename the input"
            )
        found = parse_input(written)
        fault = schema_fault(found.schema)
        if fault:
            yield document.problem(schema.MALFORMED, f"`{pointer(path)}` is no JSON Schema: {fault}", path)
        elif not found.required and (fault := value_fault(found.schema, found.default)):
            yield document.problem(
                schema.MALFORMED, f"the default of `{name}` breaks its schema: {fault}", (*path, "default")
            )
    for key in ("output", "tools"):
        for path, value in _embedded_schemas(document.value, key):
            fault = schema_fault(value)
            if fault:
                yield document.problem(schema.MALFORMED, f"`{pointer(path)}` is no JSON Schema: {fault}", path)


def _embedded_schemas(value: Mapping[str, Any], key: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if key == "output" and key in value:
        yield (key,), value[key]
    if key == "tools":
        for index, tool in enumerate(value.get(key, ())):
            if "parameters" in tool:
                yield (key, index, "parameters"), tool["parameters"]


def _reference_problems(document: Document) -> Iterator[Problem]:
    value = document.value
    inputs = value.get("inputs", {})
    for index, message in enumerate(value.get("messages", ())):
        name = message.get("placeholder")
        if name is not None and name not in inputs:
            hint = suggest(name, list(inputs)) or f"add `{name}` to inputs: {{type: array, default: []}}"
            yield document.problem(
                schema.MALFORMED, f"the placeholder `{name}` names no input", ("messages", index), hint
            )
    names: set[str] = set(inputs)
    for index, step in enumerate(value.get("steps", ())):
        if step["name"] in names:
            yield document.problem(
                schema.MALFORMED, f"the name `{step['name']}` is taken already", ("steps", index, "name")
            )
        names.add(step["name"])
        if fault := name_fault(step["prompt"]):
            yield document.problem("PC005", f"{step['prompt']!r} names no prompt: {fault}", ("steps", index, "prompt"))
    for index, old in enumerate(value.get("formerly", ())):
        if fault := name_fault(old):
            yield document.problem("PC005", f"{old!r} cannot have named a prompt: {fault}", ("formerly", index))
