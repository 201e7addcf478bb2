"""``promptctl report``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count
from promptctl.errors import UsageError


def command(
    context: Context,
    html: Annotated[
        str | None, Option("--html", metavar="DIR", help="Write the pages into this folder.", show_default=False)
    ] = None,
) -> Answer:
    """Write what `serve` shows as pages that need no server: prompts, versions, moves, what changed."""
    from promptctl.adapters.page_folder import write_pages
    from promptctl.adapters.pinned import PinnedRepository
    from promptctl.answers.pages.every import every
    from promptctl.core.timestamp import timestamp
    from promptctl.reports.pages.made import Moment
    from promptctl.reports.pages.page import file_of, page
    from promptctl.reports.pages.static import static_files

    if html is None:
        raise UsageError("PC001", "say where the pages go", hint="promptctl report --html DIR")
    repository = PinnedRepository(context.repository.root)
    moment = Moment(commit=repository.commit, at=timestamp(context.now))
    pages = ((file_of(it.path), page(it, moment, live=False)) for it in every(repository, context.now))
    written = write_pages(context.directory / html, pages, static_files(), html)
    return Answer(
        data={"folder": html, "pages": written, "commit": repository.commit},
        view=lambda: f"{count(written, 'page')} in {html}, of {repository.commit[:7]}: open {html}/index.html",
    )
