"""``promptctl list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.answers.list import row
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.tables import table
from promptctl.cli.unused_view import unused_answer
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.list import Listed, Listing


def command(
    context: Context,
    tag: Annotated[
        list[str] | None, Option("--tag", help="With this tag; several: with all.", show_default=False)
    ] = None,
    owner: Annotated[str | None, Option("--owner", help="Of this owner.", show_default=False)] = None,
    model: Annotated[str | None, Option("--model", help="For this model; a glob.", show_default=False)] = None,
    env: Annotated[
        str | None, Option("--env", metavar="ENV", help="Served by this environment.", show_default=False)
    ] = None,
    metadata: Annotated[
        list[str] | None,
        Option("--metadata", metavar="KEY=VALUE", help="With this fact; several: all.", show_default=False),
    ] = None,
    unused: Annotated[bool, Option("--unused", help="What nothing leads to any more, releases too.")] = False,
    live: Annotated[bool, Option("--live", help="With --unused: what was called lately is used.")] = False,
    since: Annotated[str, Option("--since", metavar="TIME", help="With --live: calls from then on.")] = "30d",
    store: StoreOption = None,
) -> Answer:
    """List the prompts here with the version that the lock names; with --env, what that environment serves."""
    from promptctl.workflows.list import Filters, list_prompts

    if unused:
        if tag or owner or model or env or metadata:
            raise UsageError("PC001", "--unused looks at all prompts", hint="promptctl list --unused")
        return unused_answer(context, _called(context, since, store) if live else ())
    if live:
        raise UsageError("PC001", "--live goes with --unused", hint="promptctl list --unused --live")
    filters = Filters(tags=tuple(tag or ()), owner=owner, model=model, environment=env, metadata=_facts(metadata or []))
    listing = list_prompts(context.repository, filters)
    data = {"prompts": [row(listed) for listed in listing.prompts], "state": listing.state}
    note = f"as {listing.state} says" if listing.state else None
    following = None if listing.total else "promptctl new NAME"
    return Answer(data=data, view=lambda: view(listing), note=note, next=following)


def _called(context: Context, since: str, store: str | None) -> frozenset[tuple[str, str]]:
    """Prompt and version of what was called since a time."""
    from promptctl.adapters.bounded import unhurried
    from promptctl.adapters.warehouse.live import seen_since
    from promptctl.core.reporting.window import parse_moment

    with unhurried(), opened(context, store).warehouse as warehouse:
        seen = seen_since(warehouse, parse_moment(since, context.now))
    return frozenset((it.prompt, it.version) for it in seen if it.version)


def _facts(written: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in written:
        key, equals, value = fact.partition("=")
        if not key or not equals:
            raise UsageError("PC001", f"{fact!r} is no fact", hint="example: --metadata ticket=OPS-12")
        found[key] = value
    return found


def view(listing: Listing) -> Any:
    if not listing.prompts:
        return "no prompt matches" if listing.total else "no prompts yet"
    headers = ("prompt", "version", "model", "owner", "tags", "description")
    return table(headers, [_cells(listed) for listed in listing.prompts])


def _cells(listed: Listed) -> tuple[str, ...]:
    from promptctl.workflows.list import model_text

    card = listed.card
    version = str(listed.version) if listed.version else "-"
    if card is None:
        return (listed.name, version, "-", "-", "-", "(not among the files here)")
    described = " ".join(card.description.split())
    return (
        listed.name,
        version,
        model_text(card) or "-",
        card.owner or "-",
        ", ".join(card.tags) or "-",
        described,
    )
