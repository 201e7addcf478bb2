"""``promptctl schema KIND``."""

from __future__ import annotations

import json
from typing import Annotated

from promptctl import schemas
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError


def command(
    context: Context,
    kind: Annotated[str | None, Argument(metavar="[KIND]", help="One of: " + ", ".join(schemas.KINDS))] = None,
) -> Answer:
    """Print the JSON Schema of a file kind, for editors and other tools; without one, which kinds there are."""
    if kind is None:
        titles = {name: schemas.load(name)["title"] for name in schemas.KINDS}
        return Answer(data=titles, view=lambda: "\n".join(f"{name:<17} {title}" for name, title in titles.items()))
    if kind not in schemas.KINDS:
        hint = suggest(kind, schemas.KINDS) or f"kinds: {', '.join(schemas.KINDS)}"
        raise UsageError("PC001", f"there is no file kind `{kind}`", hint=hint)
    schema = schemas.load(kind)
    return Answer(data=schema, view=lambda: json.dumps(schema, indent=2, ensure_ascii=False))
