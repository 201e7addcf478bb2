"""``promptctl hash NAME[@REF]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.options import NameArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.tables import table
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.hash import Hashed


def command(
    context: Context,
    name: NameArgument,
    explain: Annotated[
        bool, Option("--explain", help="Also the digest of each part and partial.", show_default=False)
    ] = False,
    canonical: Annotated[
        bool, Option("--canonical", help="Only the canonical form that is hashed.", show_default=False)
    ] = False,
) -> Answer:
    """Print a prompt's digest: the same digest means the same behaviour sent to the model."""
    from promptctl.workflows.hash import hash_prompt

    if explain and canonical:
        raise UsageError("PC001", "--explain and --canonical cannot be had together")
    hashed = hash_prompt(context.repository, name)
    if canonical:
        return Answer(data=lambda: data(hashed), view=lambda: hashed.form, exact=True, note=hashed.resolved.note)
    return Answer(data=lambda: data(hashed), view=lambda: view(hashed, explain), note=hashed.resolved.note)


def data(hashed: Hashed) -> dict[str, Any]:
    return {
        **hashed.resolved.to_dict(),
        "parts": dict(hashed.parts),
        "canonical": hashed.form,
    }


def view(hashed: Hashed, explain: bool) -> str:
    if not explain:
        return hashed.resolved.digest
    return hashed.resolved.digest + "\n\n" + table(("part", "digest"), tuple(hashed.parts.items()))
