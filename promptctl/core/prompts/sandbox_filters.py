"""Jinja's filters that templates may use, each paying for what it reads and makes before it does so."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as JINJA_FILTERS

from promptctl.core.prompts.budget import Budget, current

FILTERS = (
    "abs batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format "
    "groupby indent int items join last length list lower map max min reject rejectattr replace reverse round safe "
    "select selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode wordcount "
    "wordwrap xmlattr"
).split()
_MAX_WIDTH = 10_000
_CONTAINERS = frozenset({list, tuple, dict})
_SHALLOW = frozenset("abs count d default filesizeformat first float int last length round".split())
"""Filters that do not read what a list or mapping holds."""
_TEXTUAL = frozenset(
    "capitalize center e escape forceescape format indent lower replace safe string striptags title trim truncate "
    "upper urlencode wordcount wordwrap".split()
)
"""Filters that make text of whatever they are given."""

_DIRECTIVE = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-+ #0]*(?P<width>\*|\d*)(?:\.(?P<precision>\*|\d*))?")


@functools.cache
def guarded_filters() -> Mapping[str, Callable[..., Any]]:
    """The allowed filters of Jinja, each behind its guard."""
    return {name: _guarded(name, function) for name, function in JINJA_FILTERS.items() if name in FILTERS}


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, which first pays; Jinja's marks (``pass_environment`` and the like) stay on it."""
    guard = _GUARDS.get(name)
    reads, textual = name not in _SHALLOW, name in _TEXTUAL

    def pay(value: Any, given: list[Any]) -> Any:
        budget = current()
        if name == "join" and hasattr(value, "__next__"):
            value = list(budget.counted(value))
        value = _paid(budget, value, reads=reads, textual=textual)
        if textual:
            for part in given:
                budget.size(part)
        if guard:
            guard(budget, value, given)
        return value

    if getattr(function, "jinja_pass_arg", None):

        @functools.wraps(function)
        def guarded(passed: Any, value: Any = "", *arguments: Any, **options: Any) -> Any:
            return function(passed, pay(value, [*arguments, *options.values()]), *arguments, **options)

    else:

        @functools.wraps(function)
        def guarded(value: Any = "", *arguments: Any, **options: Any) -> Any:
            return function(pay(value, [*arguments, *options.values()]), *arguments, **options)

    return guarded


def _paid(budget: Budget, value: Any, *, reads: bool, textual: bool) -> Any:
    """The filtered value, once it is paid for; one that is made on the way pays item by item."""
    kind = value.__class__
    if kind is str:
        size = len(value)
        budget.steps -= 1 + (size >> 6)
        budget.characters -= size
        if budget.steps < 0 or budget.characters < 0:
            budget.refuse()
        return value
    budget.step()
    if reads and kind in _CONTAINERS:
        size = budget.size(value)
        budget.step(size >> 6)
        budget.make(size)
    elif textual:
        budget.size(value)
    elif hasattr(value, "__next__"):
        return budget.counted(value)
    return value


def _check_width(budget: Budget, _value: Any, given: list[Any]) -> None:
    if any(isinstance(width, int) and abs(width) > _MAX_WIDTH for width in given):
        raise SecurityError(f"widths and counts are at most {_MAX_WIDTH}")
    budget.make(_MAX_WIDTH if given else 0)


def _check_replace(budget: Budget, value: Any, given: list[Any]) -> None:
    if len(given) > 1:
        budget.make((len(str(value)) + 1) * (len(str(given[1])) + 1))


def _check_join(budget: Budget, value: Any, given: list[Any]) -> None:
    if isinstance(value, list | tuple):
        budget.make(len(value) * max((len(str(part)) for part in given), default=0))


def _check_wordwrap(budget: Budget, value: Any, given: list[Any]) -> None:
    _check_width(budget, value, given)
    longest = max((len(part) for part in given if isinstance(part, str)), default=0)
    budget.make((len(str(value)) + 1) * (longest + 1))


def _check_order(budget: Budget, value: Any, _given: list[Any]) -> None:
    budget.step(4 * len(value) if value.__class__ in _CONTAINERS else 0)


def _check_groups(budget: Budget, value: Any, _given: list[Any]) -> None:
    budget.step(16 * len(value) if value.__class__ in _CONTAINERS else 0)


def _check_sum(_budget: Budget, _value: Any, given: list[Any]) -> None:
    if any(isinstance(start, list | tuple | dict) for start in given):
        raise SecurityError("sum adds numbers only")


def _check_indent(budget: Budget, value: Any, given: list[Any]) -> None:
    lines = str(value).count("\n") + 1
    width = max([4, *(len(part) if isinstance(part, str) else int(part) for part in given)])
    budget.make(lines * width)


def _check_format(budget: Budget, value: Any, given: list[Any]) -> None:
    """Widths and precisions are small numbers, written out."""
    for directive in _DIRECTIVE.finditer(str(value)):
        for field in ("width", "precision"):
            spelled = directive[field] or "0"
            if spelled == "*" or int(spelled) > _MAX_WIDTH:
                raise SecurityError(f"format takes widths of at most {_MAX_WIDTH}")
            budget.make(int(spelled))
    budget.make(sum(budget.size(part) for part in given))


_GUARDS: Mapping[str, Callable[[Budget, Any, list[Any]], None]] = {
    **dict.fromkeys(("center", "batch", "slice", "round", "tojson", "truncate"), _check_width),
    **dict.fromkeys(("sort", "unique", "dictsort", "min", "max"), _check_order),
    "groupby": _check_groups,
    "wordwrap": _check_wordwrap,
    "indent": _check_indent,
    "format": _check_format,
    "replace": _check_replace,
    "join": _check_join,
    "sum": _check_sum,
}
