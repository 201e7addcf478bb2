"""What a model takes: parameters, schemas, tools, cached prefixes. Whatever nobody knows of a model, it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from typing import Any

from promptctl.core.models.request import Request
from promptctl.errors import UsageError

REFUSED = "PC201"
LONG_LIMIT = "max_completion_tokens"
_VENDOR = re.compile(r"(.*/)?(ft:)?((us|eu|apac|jp|au|global)\.)?(anthropic\.|openai\.)?")
"""What relays and fine-tuned models put before an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What is known of the models that ``models``, a glob over ids, names; None: not said here.

    ``refuses`` are parameters it does not take, ``only`` those with the one value that it takes, ``apart`` groups of
    which it takes one at a time; nothing of this counts while ``reasoning_effort`` is ``free``, and ``effort`` is what
    that is when it is not set. ``limit`` is the parameter that bounds an answer. ``output`` (a JSON Schema of the
    answer), ``tools``, ``streaming`` and ``cache`` (marked prefixes) say what it can do, ``prefix`` how many tokens a
    cached prefix has at least, ``context`` how many it reads.
    """

    models: str = "*"
    refuses: tuple[str, ...] | None = None
    only: Mapping[str, Any] | None = None
    apart: tuple[tuple[str, ...], ...] | None = None
    effort: str | None = None
    free: str | None = None
    limit: str | None = None
    output: bool | None = None
    tools: bool | None = None
    streaming: bool | None = None
    cache: bool | None = None
    prefix: int | None = None
    context: int | None = None


ANYTHING = Capability()
_FIELDS = [field.name for field in fields(Capability) if field.name != "models"]


def capabilities_from(table: Mapping[str, Mapping[str, Any]]) -> tuple[Capability, ...]:
    """The entries of a table by globs of models, in their order."""
    return tuple(_entry(models, entry) for models, entry in table.items())


def _entry(models: str, entry: Mapping[str, Any]) -> Capability:
    lists = {name: tuple(entry[name]) for name in ("refuses",) if name in entry}
    groups = {"apart": tuple(map(tuple, entry["apart"]))} if "apart" in entry else {}
    return Capability(models=models, **{**entry, **lists, **groups})


def capability(model_id: str, known: Sequence[Capability]) -> Capability:
    """What ``known`` says of a model: for each field the first entry that names the model and says it."""
    plain = model_id[match.end() :] if (match := _VENDOR.match(model_id)) else model_id
    named = [it for it in known if fnmatchcase(model_id, it.models) or fnmatchcase(plain, it.models)]
    found = {name: next((value for it in named if (value := getattr(it, name)) is not None), None) for name in _FIELDS}
    return Capability(models=model_id, **found)


def parameter_faults(known: Capability, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each parameter that the model does not take as it stands there, and why."""
    if known.free is not None and parameters.get("reasoning_effort", known.effort) == known.free:
        return
    unless = f" while reasoning_effort is not {known.free}" if known.free else ""
    for name in known.refuses or ():
        if name in parameters:
            yield name, f"{known.models} does not take `{name}`{unless}"
    for name, value in (known.only or {}).items():
        if name in parameters and parameters[name] != value:
            yield name, f"{known.models} takes no `{name}` but {value}{unless}"
    for group in known.apart or ():
        if len(there := [name for name in group if name in parameters]) > 1:
            yield there[-1], f"{known.models} takes only one of {' and '.join(f'`{name}`' for name in there)}"


def check_request(known: Capability, request: Request, *, streamed: bool = False) -> None:
    """Raises UsageError for what the model would refuse, before anything is sent: nothing is dropped in silence."""
    for name, fault in parameter_faults(known, request.parameters):
        raise _refused(fault, f"take `{name}` out of `parameters`, or say in [models] that the model takes it")
    lacks = {
        "a JSON Schema of its answer": request.output is not None and known.output is False,
        "tools": bool(request.tools) and known.tools is False,
        "streams": streamed and known.streaming is False,
        "marks of cached prefixes": known.cache is False and any(message.get("cache") for message in request.messages),
    }
    for what, missing in lacks.items():
        if missing:
            raise _refused(f"{known.models} knows no {what}", "use another model, or say in [models] that it does")


def with_limit(known: Capability, request: Request) -> Request:
    """The request with ``max_tokens`` under the name that the model takes.

    The newer name also counts the tokens of the reasoning, which is why newer models refuse the old one.
    """
    if known.limit != LONG_LIMIT or LONG_LIMIT in request.parameters or "max_tokens" not in request.parameters:
        return request
    named = {LONG_LIMIT if name == "max_tokens" else name: value for name, value in request.parameters.items()}
    return replace(request, parameters=named)


def _refused(fault: str, hint: str) -> UsageError:
    return UsageError(REFUSED, fault, hint=hint)
