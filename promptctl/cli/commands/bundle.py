"""``promptctl bundle ENV [-o FILE|URL]``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.adapters.files import home_path
from promptctl.cli.context import Context
from promptctl.cli.options import EnvironmentArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.bundle import BundleResult


def command(
    context: Context,
    environment: EnvironmentArgument,
    output: Annotated[
        str | None, Option("--output", "-o", metavar="FILE", help="Write this file or URL.", show_default=False)
    ] = None,
    sign: Annotated[
        Path | None,
        Option("--sign", metavar="KEY", help="Sign with this SSH key, into FILE.sig.", show_default=False),
    ] = None,
) -> Answer:
    """Write all that applications need of an environment as one file: FILE, a URL, or standard output.

    Everything is read from release tags that tag object, content and lock vouch for. The same commits give the same
    bytes. URLs (s3://…, gs://…, …) need the extra `storage` and the storage's own driver.
    """
    from promptctl.workflows.bundle import bundle

    place = None if output == "-" else output
    if sign and place is None:
        raise UsageError("PC001", "--sign needs a file to sign", hint="-o FILE")
    result = bundle(context.repository, environment, (context.directory / home_path(sign)) if sign else None)
    if place is None:
        found = data(result, None) | {"bundle": result.data.decode()}
        return Answer(data=found, view=result.data.decode, exact=True, note=result.note)
    _write(result, place, context.directory)
    return Answer(
        data=data(result, place),
        view=lambda: view(result, place),
        note=result.note,
        next=f"promptctl bundle verify {_shown(place)}",
    )


def _write(result: BundleResult, place: str, folder: Path) -> None:
    from promptctl.adapters.bundle_files import signature_place, write_place

    # The signature first: a reader between the two finds them apart, keeps what it has and comes again.
    if result.signature:
        write_place(signature_place(place), folder, result.signature)
    write_place(place, folder, result.data)


def _shown(place: str) -> str:
    from promptctl.adapters.bundle_files import shown_place

    return shown_place(place)


def data(result: BundleResult, place: str | None) -> dict[str, Any]:
    from promptctl.core.moves.bundle import bundle_digest

    made = result.bundle
    return {
        "environment": made.environment,
        "digest": bundle_digest(result.data),
        "commit": made.commit,
        "policy": made.policy,
        "time": made.time,
        "prompts": {
            name: {"version": str(pointer.served.version), "digest": pointer.served.digest, "serial": pointer.serial}
            for name, pointer in sorted(made.prompts.items())
        },
        "bytes": len(result.data),
        "written": _shown(place) if place else None,
        "signed": result.signature is not None,
    }


def view(result: BundleResult, place: str) -> str:
    made = result.bundle
    served = count(len(made.prompts), "prompt")
    lines = [f"wrote {_shown(place)}: {made.environment} at {made.commit[:7]}, {served}, {len(result.data):,} bytes"]
    if result.signature:
        from promptctl.adapters.bundle_files import shown_place, signature_place

        lines.append(f"wrote {shown_place(signature_place(place))}")
    return "\n".join(lines)
