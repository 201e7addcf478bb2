"""Scores that can be summed, and their squares: what of numbers any engine's doubles hold."""

from __future__ import annotations

from typing import Any

_MOST = 1e150
"""Beyond it, and below its inverse, squares leave what a double holds, and PostgreSQL would refuse the whole sum."""


def summable(scores: Any) -> Any:
    """The scores that have a value that counts; what is no number does not."""
    return scores.filter(scores["value"].between(-_MOST, _MOST))


def squares(value: Any) -> Any:
    """The sum of the squares of such values, as an aggregate."""
    return (value.abs() < 1 / _MOST).ifelse(0.0, value * value).sum()
