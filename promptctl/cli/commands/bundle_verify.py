"""``promptctl bundle verify FILE|URL``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer, problem_data, problem_text
from promptctl.cli.parameters import Argument, Option
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.bundle_verify import Verified


def command(
    context: Context,
    place: Annotated[str, Argument(metavar="FILE", help="A bundle: a file or a URL.")],
    signer: Annotated[
        str | None,
        Option("--signer", metavar="PUBKEY", help="The key that must have signed it.", show_default=False),
    ] = None,
) -> Answer:
    """Check that a bundle is whole, that its closures have their digests, and who signed it. Needs no repository.

    PUBKEY is a public SSH key or a file of some. What cannot be trusted exits 1.
    """
    from promptctl.workflows.bundle_verify import bundle_verify

    result = bundle_verify(place, context.directory, signer)
    return Answer(data=data(result), view=lambda: view(result, place), ok=result.ok)


def data(result: Verified) -> dict[str, Any]:
    made = result.bundle
    return {
        "environment": made.environment if made else None,
        "digest": result.digest,
        "commit": made.commit if made else None,
        "time": made.time if made else None,
        "prompts": {name: str(pointer.served.version) for name, pointer in made.prompts.items()} if made else {},
        "signed": result.signed and result.ok,
        "problems": [problem_data(problem) for problem in result.problems],
    }


def view(result: Verified, place: str) -> str:
    from promptctl.adapters.bundle_files import shown_place

    made = result.bundle
    lines = [problem_text(problem) for problem in result.problems]
    if made and result.ok:
        signed = ", signed by the key" if result.signed else ""
        served = count(len(made.prompts), "prompt")
        lines.append(f"{shown_place(place)}: {made.environment} at {made.commit[:7]} ({made.time}), {served}{signed}")
        lines.append(f"{result.digest}")
    return "\n".join(lines)
