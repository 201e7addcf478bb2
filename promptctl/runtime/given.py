"""What an application gives, kept apart from what it does to it later."""

from __future__ import annotations

from typing import Any, TypeVar

Given = TypeVar("Given")


def as_given(value: Given) -> Given:
    """The same as it is now, in lists and dictionaries of its own: a shadow call, a judge and the writer of events see
    it when the application has its answer, and may have put that into its list of messages."""
    try:
        found: Given = _own(value)
    except RecursionError:
        # No prompt takes it, and says so.
        return value
    return found


def _own(value: Any) -> Any:
    if type(value) is dict:
        return {name: _own(item) for name, item in value.items()}
    return [_own(item) for item in value] if type(value) is list else value
