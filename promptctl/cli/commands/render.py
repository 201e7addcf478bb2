"""``promptctl render NAME[@REF]``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.inputs import given_inputs
from promptctl.cli.options import InputOption, NameArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.render import Rendered

FORMATS = ("text", "messages", "digest")
"""Those that say nothing of a provider."""


def command(
    context: Context,
    name: NameArgument,
    inputs: InputOption = None,
    format: Annotated[
        str,
        Option(
            "--format",
            metavar="FORMAT",
            help="text, messages, digest (of the messages), openai or anthropic (the request's JSON).",
        ),
    ] = "text",
    model: Annotated[
        str | None, Option("--model", metavar="MODEL", help="The request's model.", show_default=False)
    ] = None,
    output: Annotated[
        list[str] | None,
        Option("--output", metavar="STEP=TEXT", help="A chain: what a step answered.", show_default=False),
    ] = None,
) -> Answer:
    """Render a prompt to text, messages or a request. Of a chain, the first step without an --output is rendered."""
    from promptctl.answers.render import data
    from promptctl.workflows.render import render as run

    wire = None if format in FORMATS else _wire(format)
    if model and not wire:
        raise UsageError("PC001", "--model is for --format openai and anthropic")
    rendered = run(
        context.repository,
        name,
        given_inputs(context, inputs),
        outputs=given_inputs(context, output),
        wire=wire,
        model=model,
    )
    exact = format != "text" or rendered.alone
    return Answer(data=data(rendered), view=lambda: view(rendered, format), exact=exact, note=note(rendered))


def _wire(format: str) -> str:
    """The request format itself. Raises UsageError where there is none of that name."""
    from promptctl.core.models.provider import WIRES

    if format not in WIRES:
        known = (*FORMATS, *WIRES)
        raise UsageError("PC001", f"there is no format `{format}`", hint=suggest(format, known) or ", ".join(known))
    return format


def note(rendered: Rendered) -> str | None:
    """Says which reference or step it is where that is not plain."""
    said = [rendered.resolved.note] if rendered.resolved.note else []
    if rendered.step:
        said.append(f"the step `{rendered.step}` of {rendered.resolved.name} ({rendered.prompt})")
    if rendered.later:
        said.append(f"for {', '.join(rendered.later)}: --output {rendered.step}=…")
    return "; ".join(said) or None


def view(rendered: Rendered, format: str) -> str:
    if rendered.request is not None:
        return _json(rendered.request)
    if format == "digest":
        return f"{rendered.digest or 'none: what is sent is no JSON in UTF-8'}\n"
    if format == "messages":
        return _json([dict(message) for message in rendered.messages])
    if rendered.alone:
        return str(rendered.messages[0]["content"])
    return "\n".join(_shown(message) for message in rendered.messages)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _shown(message: Mapping[str, Any]) -> str:
    """A heading and the indented text: nothing in the text can look like a heading."""
    content = message.get("content")
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
    heading = f"[{message['role']}]" + (" cached up to here" if message.get("cache") else "")
    return f"{heading}\n{textwrap.indent(text, '  ')}"
