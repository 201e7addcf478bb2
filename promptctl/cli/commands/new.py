"""``promptctl new NAME``."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.new import Created


def command(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME", help="The new prompt's name: support/triage.")],
    model: Annotated[
        str | None,
        Option("--model", metavar="MODEL", help="Its model; else the one in [defaults].", show_default=False),
    ] = None,
    chain: Annotated[
        list[str] | None,
        Option("--chain", metavar="PROMPT", help="Make a chain of these prompts, one option each.", show_default=False),
    ] = None,
    owner: Annotated[str | None, Option("--owner", help="Who answers for it.", show_default=False)] = None,
    suite: Annotated[bool, Option("--suite", help="Only a suite for an existing prompt.", show_default=False)] = False,
    judge: Annotated[
        bool, Option("--judge", help="Copy our judge of this name to prompts/judges/.", show_default=False)
    ] = False,
) -> Answer:
    """Write a new prompt with a suite of two cases. Files that are there are never overwritten."""
    from promptctl.workflows.new import new_chain, new_judge, new_prompt, new_suite

    if suite and (chain or model or owner):
        raise UsageError("PC001", "--suite stands alone: it changes nothing but eval.yaml")
    if judge and (chain or suite or owner):
        raise UsageError("PC001", "--judge stands alone, or with --model")
    if chain and model:
        raise UsageError("PC001", "a chain has no model: its steps have theirs", hint="leave --model out")
    repository = context.repository
    if judge:
        created = new_judge(repository, name, model=model)
    elif suite:
        created = new_suite(repository, name)
    elif chain:
        created = new_chain(repository, name, chain, owner=owner)
    else:
        created = new_prompt(repository, name, model=model, owner=owner)
    data = {"name": created.name, "written": list(created.written), "inputs": dict(created.inputs)}
    return Answer(data=data, view=lambda: view(created), next=next_line(created))


def next_line(created: Created) -> str:
    """What can be pasted: checks the prompt and renders it with the first case's inputs."""
    words = ["promptctl", "render", created.name]
    for name, value in created.inputs.items():
        words += ["-i", f"{name}={value}" if _is_plain(value) else f"{name}:={json.dumps(value)}"]
    return f"promptctl lint {created.name} && {shlex.join(words)}"


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and value != "-" and not value.startswith("@")


def view(created: Created) -> str:
    if not created.written:
        return f"nothing to do: {created.name} is as it was written"
    return "\n".join(f"wrote {path}" for path in created.written)
