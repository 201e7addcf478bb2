"""Options that reports over events share, and the store that they open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.parameters import Option
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.models.provider import ProviderSettings
    from promptctl.core.settings import Settings
    from promptctl.reports.chart_page import ChartPage

SinceOption = Annotated[str, Option("--since", metavar="TIME", help="Calls from then on: 7d, 24h or an ISO time.")]
UntilOption = Annotated[str | None, Option("--until", metavar="TIME", help="Calls before then.", show_default=False)]
PromptOption = Annotated[
    str | None, Option("--prompt", metavar="NAME", help="Calls of this prompt.", show_default=False)
]
EnvOption = Annotated[str | None, Option("--env", metavar="ENV", help="Calls in this environment.", show_default=False)]
ModelOption = Annotated[str | None, Option("--model", metavar="MODEL", help="Calls of this model.", show_default=False)]
VersionOption = Annotated[
    str | None, Option("--version", metavar="VERSION", help="Calls of this version.", show_default=False)
]
EndpointOption = Annotated[
    str | None, Option("--endpoint", metavar="NAME", help="Calls from this endpoint.", show_default=False)
]
UserOption = Annotated[str | None, Option("--user", metavar="USER", help="Calls of this user.", show_default=False)]
AttributeOption = Annotated[
    list[str] | None,
    Option("--attribute", metavar="KEY=VALUE", help="Calls with this attribute; several: all.", show_default=False),
]
StoreOption = Annotated[
    str | None,
    Option(
        "--store",
        metavar="STORE",
        help="Another store: sqlite:FILE, duckdb:FILE, postgresql://…, a folder of Parquet or JSONL.",
        show_default=False,
    ),
]
TopOption = Annotated[int, Option("--top", metavar="N", help="Lines; the rest are one.", min=1, max=10_000)]
HtmlOption = Annotated[
    str | None, Option("--html", metavar="FILE", help="Also write a page with charts.", show_default=False)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """A store that is open, and what the settings around it say; None outside a repository."""

    warehouse: Warehouse
    settings: Settings | None

    @property
    def providers(self) -> Mapping[str, ProviderSettings]:
        """The providers of the settings, or the built-in ones."""
        from promptctl.core.models.provider_table import parse_providers

        return (
            parse_providers(self.settings.providers, self.settings.document) if self.settings else parse_providers({})
        )


def opened(context: Context, store: str | None) -> Reporting:
    """The store that is named, else the settings' own. Raises UsageError outside a repository when none is named."""
    from promptctl.adapters.warehouse.opening import open_warehouse

    settings = settings_around(context, needed=not (store or os.environ.get("PROMPTCTL_EVENTS")))
    table: Mapping[str, Any] = settings.events if settings else {}
    root = context.repository.root if settings else None
    warehouse = open_warehouse(store, table, os.environ, context.directory, root)
    return Reporting(warehouse=warehouse, settings=settings)


def write_page(context: Context, file: str, page: ChartPage) -> str:
    """Writes a page with charts; what to say of it. Raises OutsideError when it cannot be written."""
    from promptctl.adapters.writing import write_file
    from promptctl.reports.chart_page import chart_page

    write_file(context.directory / file, chart_page(page).encode(), file)
    return f"wrote {file}"


def settings_around(context: Context, *, needed: bool) -> Settings | None:
    """The settings of the repository around the folder; None outside one, where they are not needed."""
    try:
        root = context.repository
    except UsageError:
        if needed:
            raise
        return None
    return root.work.settings
