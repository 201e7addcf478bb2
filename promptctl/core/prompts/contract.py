"""The change class of two closures: what callers depend on (inputs, output, tools) decides between major and minor.

A chain is judged by its own inputs and by the answer of its last step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.json_schemas.growth import growth_fault
from promptctl.core.json_schemas.json_schema import json_key, values_schema
from promptctl.core.json_schemas.widening import narrowing
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.binding import Binding
from promptctl.core.prompts.canonical import canonical, digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Input, Placeholder, Prompt
from promptctl.core.releases.version import ORDER
from promptctl.errors import UsageError

ChangeClass = Literal["none", "minor", "major"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One change: the field (``inputs.ticket``, ``output``, ``tools.search``, ``model``), what happened, its class."""

    field: str
    message: str
    change: ChangeClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """The class of a change and every reason, the gravest first; "none" has no reasons."""

    change: ChangeClass
    reasons: tuple[Reason, ...] = ()


def change_class(old: Closure, new: Closure) -> ContractChange:
    """How callers of ``old`` are touched by ``new``: "none" only for the same digest."""
    if digest(old) == digest(new):
        return ContractChange(change="none")
    found = [
        *_input_reasons(old.prompt.inputs, new.prompt.inputs),
        *_placeholder_reasons(old.prompt, new.prompt),
        *_output_reasons(old, new),
        *_tool_reasons(old, new),
    ]
    found += _other_reasons(canonical(old), canonical(new), {reason.field.split(".")[0] for reason in found})
    ordered = sorted(found, key=lambda reason: -ORDER.index(reason.change))
    return ContractChange(change=ordered[0].change, reasons=tuple(ordered))


def accepts(closure: Closure, given: Mapping[str, Any]) -> bool:
    """Whether a call with these inputs keeps to the closure's contract; placeholders must hold messages."""
    from promptctl.core.prompts.render import earlier_messages

    try:
        values = Binding(closure.prompt.inputs).values(given)
        for name in _placeholders(closure.prompt):
            earlier_messages(name, values[name])
    except UsageError:
        return False
    return True


def answer_schema(closure: Closure) -> Mapping[str, Any] | None:
    """The schema of what callers get back; a chain without its own gives its last step's."""
    if closure.prompt.output is not None or not closure.prompt.steps:
        return closure.prompt.output
    return answer_schema(closure.steps[closure.prompt.steps[-1].name])


def _input_reasons(old: Mapping[str, Input], new: Mapping[str, Input]) -> Iterator[Reason]:
    for name, found in old.items():
        if name not in new:
            yield _major(f"inputs.{name}", "was removed")
        else:
            yield from _input_reason(f"inputs.{name}", found, new[name])
    for name, found in new.items():
        if name not in old:
            yield _reason(f"inputs.{name}", "was added", "major" if found.required else "minor")


def _input_reason(field: str, old: Input, new: Input) -> Iterator[Reason]:
    fault = narrowing(old.schema, new.schema)
    if fault:
        yield _major(field, fault)
    elif json_key(values_schema(old.schema)) != json_key(values_schema(new.schema)):
        yield _minor(field, "takes all it took before")
    if new.required and not old.required:
        yield _major(field, "lost its default and is required now")
    elif old.required and not new.required:
        yield _minor(field, "has a default now")
    elif not old.required and compact_json(old.default) != compact_json(new.default):
        yield _minor(field, "has another default")


def _placeholders(prompt: Prompt) -> tuple[str, ...]:
    """The inputs that stand for earlier messages."""
    return tuple(message.input for message in prompt.messages if isinstance(message, Placeholder))


def _placeholder_reasons(old: Prompt, new: Prompt) -> Iterator[Reason]:
    """Inputs that took anything of their schema, and have to hold messages now."""
    for name in dict.fromkeys(_placeholders(new)):
        if name in old.inputs and name not in _placeholders(old):
            yield _major(f"inputs.{name}", "has to hold messages now")


def _output_reasons(old: Closure, new: Closure) -> Iterator[Reason]:
    before, after = answer_schema(old), answer_schema(new)
    if before is None and after is None:
        return
    if before is None or after is None:
        yield _major("output", "was added" if before is None else "was removed")
    elif fault := growth_fault(before, after):
        yield _major("output", fault)
    elif json_key(before) != json_key(after):
        yield _minor("output", "gained optional fields")


def _tool_reasons(old: Closure, new: Closure) -> Iterator[Reason]:
    before, after = ({tool["name"]: tool for tool in closure.prompt.tools} for closure in (old, new))
    for name, tool in before.items():
        if name not in after:
            yield _major(f"tools.{name}", "was removed")
        elif json_key(tool) != json_key(after[name]):
            yield _tool_reason(name, tool, after[name])
    for name in after:
        if name not in before:
            yield _major(f"tools.{name}", "was added")


def _tool_reason(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Reason:
    for key in ("description", "strict"):
        if json_key(old.get(key)) != json_key(new.get(key)):
            return _major(f"tools.{name}", f"`{key}` changed")
    fault = growth_fault(old.get("parameters", {}), new.get("parameters", {}))
    return _major(f"tools.{name}", fault) if fault else _minor(f"tools.{name}", "gained optional parameters")


def _other_reasons(old: Mapping[str, Any], new: Mapping[str, Any], told: set[str]) -> Iterator[Reason]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in told and compact_json(old.get(key)) != compact_json(new.get(key)):
            yield from _part_reasons(key, old.get(key), new.get(key))


def _part_reasons(key: str, old: Any, new: Any) -> Iterator[Reason]:
    before, after = _named(key, old), _named(key, new)
    changed = [name for name in {**before, **after} if _spelled(before, name) != _spelled(after, name)]
    for name in changed:
        yield _minor(f"{key}.{name}", _happened(name in before, name in after))
    if not changed and key == "steps":
        yield _minor(key, "stand in another order")
    elif not changed:
        whole = _happened(old is not None, new is not None)
        yield _minor(key, whole if key in ("model", "messages") else "is written otherwise, with the same meaning")


def _named(key: str, value: Any) -> Mapping[str, Any]:
    """The parts of a top-level key that have names of their own."""
    if key == "steps":
        return {step["name"]: step for step in value or ()}
    return value or {} if key in ("parameters", "partials") else {}


def _spelled(values: Mapping[str, Any], name: str) -> str | None:
    return compact_json(values[name]) if name in values else None


def _happened(before: bool, after: bool) -> str:
    return "changed" if before and after else "was removed" if before else "was added"


def _reason(field: str, message: str, change: ChangeClass) -> Reason:
    return Reason(field=field, message=message, change=change)


def _major(field: str, message: str) -> Reason:
    return _reason(field, message, "major")


def _minor(field: str, message: str) -> Reason:
    return _reason(field, message, "minor")
