"""``promptctl verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.findings import findings_text
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.verify import VerifyResult


def command(
    context: Context,
    references: Annotated[
        list[str] | None, Argument(metavar="[NAME[@VERSION]]…", help="All releases without one.")
    ] = None,
    signatures: Annotated[
        bool, Option("--signatures", help="Also who signed the tags, and the last move of each pointer.")
    ] = False,
) -> Answer:
    """Check that tag objects, content, trailers and locks agree about every release."""
    from promptctl.workflows.verify import verify

    result = verify(context.repository, references or (), signatures=signatures)
    data = {
        "releases": [
            {"prompt": found.name, "version": str(found.version), "digest": found.digest, "commit": found.commit}
            for found in result.releases
        ],
        "findings": [finding.to_dict() for finding in result.findings],
    }
    return Answer(data=data, view=lambda: _text(result), ok=result.ok)


def _text(result: VerifyResult) -> str:
    holding = f"{count(len(result.releases), 'release')} verified"
    return "\n".join(part for part in (findings_text(result.findings), holding) if part)
