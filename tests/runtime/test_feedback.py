"""What may be said of a call."""

from __future__ import annotations

import math

import pytest

from promptctl.errors import UsageError
from promptctl.runtime.feedback import scores_of


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, "1"], ids=["none", "endless", "large", "text"])
def test_what_is_no_score(value: float) -> None:
    with pytest.raises(UsageError, match="is no number"):
        list(scores_of("call", 1, {"resolved": value}, None, None))
