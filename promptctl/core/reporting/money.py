"""Amounts as reports spell them."""

from __future__ import annotations

from decimal import Decimal


def exact(dollars: Decimal) -> str:
    """Every digit and no more, for programs: ``0.0000123``."""
    text = format(dollars, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(dollars: Decimal, *, at_least: bool = False) -> str:
    """As people read it: cents of large amounts, four places and more of small ones."""
    size = abs(dollars)
    if 0 < size < Decimal("0.000001"):
        return f"{'≥ ' if at_least else ''}{'>-' if dollars < 0 else '<'}$0.000001"
    places = 2 if size >= 100 else 4 if size >= Decimal("0.01") or not size else 6
    return f"{'≥ ' if at_least else ''}{'-' if dollars < 0 else ''}${size:,.{places}f}"


def tokens(number: int | None) -> str:
    """A number of tokens as people read it; ``-`` where it is unknown."""
    if number is None:
        return "-"
    for divisor, unit in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if number >= divisor:
            return f"{number / (1000 if unit == 'k' else divisor):.1f}{unit}"
    return str(number)
