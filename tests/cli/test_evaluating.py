"""What commands that may run suites keep of answers that were paid for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from promptctl.adapters.replies import open_cache
from promptctl.cli.evaluating import gate_context
from promptctl.core.models.request import Reply


@pytest.mark.parametrize("journaled", [False, True])
def test_only_what_a_journal_has_may_wait_for_the_cache(journaled: bool) -> None:
    context: Any = SimpleNamespace(now=datetime.now(UTC), output=None)
    with open_cache(os.environ) as other:
        with gate_context(context, journaled=journaled) as gate:
            assert gate.cache
            gate.cache.put("k", Reply(text="paid"))
            assert (other.get("k") is None) == journaled
        assert other.get("k") == Reply(text="paid")
