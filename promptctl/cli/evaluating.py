"""What commands that may run suites share: the cache, the keys, and a line of progress."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promptctl.cli.context import Context
from promptctl.cli.eval_progress import EvalProgress

if TYPE_CHECKING:
    from promptctl.workflows.gate_context import GateContext


@contextmanager
def gate_context(context: Context, *, journaled: bool = False) -> Iterator[GateContext]:
    """The outside that a gate may use; the cache is closed afterwards. What a ``journaled`` run is answered is kept by
    its journal at once, so that the cache need not."""
    from promptctl.adapters.replies import open_cache
    from promptctl.workflows.gate_context import GateContext

    with open_cache(os.environ, together=50 if journaled else 1) as cache:
        yield GateContext(cache=cache, environment=os.environ, now=context.now, watch=EvalProgress(context.output))
