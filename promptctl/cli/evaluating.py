"""What commands that may run suites share: the cache, the keys, and a line of progress."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promptctl.cli.context import Context

if TYPE_CHECKING:
    from promptctl.workflows.evaluation import Progress
    from promptctl.workflows.gate import GateContext


@contextmanager
def gate_context(context: Context) -> Iterator[GateContext]:
    """The outside that a gate may use; the cache is closed afterwards."""
    from promptctl.adapters.replies import open_cache
    from promptctl.workflows.gate import GateContext

    with open_cache(os.environ) as cache:
        yield GateContext(
            cache=cache, environment=os.environ, now=context.now, watch=lambda progress: _show(context, progress)
        )


def _show(context: Context, progress: Progress) -> None:
    cost = f", ${progress.cost:.4f}" if progress.cost else ""
    faults = f", {progress.failed} failed" if progress.failed else ""
    faults += f", {progress.errors} errors" if progress.errors else ""
    context.output.progress(f"{progress.done} of {progress.total} answers{faults}{cost}")
