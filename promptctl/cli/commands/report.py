"""``promptctl report``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.core.counting import count
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.adapters.repository import Repository
    from promptctl.reports.pages.made import Made


def command(
    context: Context,
    html: Annotated[
        str | None, Option("--html", metavar="DIR", help="Write the pages into this folder.", show_default=False)
    ] = None,
    store: StoreOption = None,
) -> Answer:
    """Write what `serve` shows as pages that need no server: prompts, versions, moves, what changed, experiments,
    rollouts, costs."""
    from promptctl.adapters.page_folder import write_pages
    from promptctl.adapters.pinned import PinnedRepository
    from promptctl.core.timestamp import timestamp
    from promptctl.reports.pages.made import Moment
    from promptctl.reports.pages.page import file_of, page
    from promptctl.reports.pages.static import static_files

    if html is None:
        raise UsageError("PC001", "say where the pages go", hint="promptctl report --html DIR")
    repository = PinnedRepository(context.repository.root)
    moment = Moment(commit=repository.commit, at=timestamp(context.now))
    pages = ((file_of(it.path), page(it, moment, live=False)) for it in _every(context, repository, store))
    written = write_pages(context.directory / html, pages, static_files(), html)
    return Answer(
        data={"folder": html, "pages": written, "commit": repository.commit},
        view=lambda: f"{count(written, 'page')} in {html}, of {repository.commit[:7]}: open {html}/index.html",
    )


def _every(context: Context, repository: Repository, store: str | None) -> Iterator[Made]:
    from promptctl.answers.pages.every import every

    if store is not None:
        # Pages stand without events, but a store that is named has to be there.
        with opened(context, store).warehouse:
            pass
    return every(repository, context.now, lambda: opened(context, store).warehouse)
