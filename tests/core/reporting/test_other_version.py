"""What another text would have cost: by hand-worked tokens and prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from promptctl.core.reporting.other_version import Change, RenderedCall, VersionWhatIf, rendered_change, version_line
from promptctl.core.reporting.whatif import PricedCalls

# Ten calls of 100 input tokens each, three dollars in all.
CALLS = PricedCalls(
    prompt="p", digest="d", model="m", calls=10, cost=3 * 10**12, input=1000, cache_read=0, cache_write=0, output=50
)


@pytest.mark.parametrize(
    ("found", "input_cost", "then", "unknown"),
    [
        # 20 tokens more a call, 200 in all, at a tenth of a cent.
        (Change(tokens=Decimal(20)), Decimal(1), "3.2", None),
        (Change(tokens=Decimal(-50)), Decimal("0.5"), "2.75", None),
        (Change(tokens=Decimal(0)), Decimal(1), "3", None),
        (Change(tokens=Decimal(20)), None, None, "the price of m is unknown"),
        ("no text", Decimal(1), None, "no text"),
    ],
)
def test_tokens_that_change_cost_what_the_others_did(
    found: Change | str, input_cost: Decimal | None, then: str | None, unknown: str | None
) -> None:
    line = version_line(CALLS, "p@1.0.0", found, input_cost)
    assert (line.then, line.unknown, line.tokens) == (then and Decimal(then), unknown, Decimal(100))


def test_a_byte_is_as_many_tokens_as_in_the_calls_themselves() -> None:
    # 400 bytes were 100 tokens; 80 bytes less over two calls.
    change = rendered_change(
        [RenderedCall(before=300, now=200, tokens=70), RenderedCall(before=100, now=120, tokens=30)]
    )
    assert (change.tokens, change.rendered) == (Decimal(-10), 2)


def test_sums_leave_out_what_is_unknown() -> None:
    known = version_line(CALLS, "p", Change(tokens=Decimal(20)), Decimal(1))
    found = VersionWhatIf(prompt="p", reference="p@work", lines=(known, version_line(CALLS, "p", "no text", None)))
    assert (found.now, found.then) == (Decimal(3), Decimal("3.2"))
