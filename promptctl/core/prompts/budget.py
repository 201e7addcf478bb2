"""What one rendering may cost: steps taken and characters made, counted as they happen.

Counted inside the process, so a library that renders in a threaded application needs no second process for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.runtime import Undefined

from promptctl.core.prompts.text_limit import MAX_TEXT

MAX_STEPS = 3_000_000
_CHARACTERS_A_STEP = 64
_SEQUENCES: tuple[Any, ...] = (list, tuple, type({}.keys()), type({}.values()), type({}.items()))
_SMALL: tuple[Any, ...] = (int, float, type(None), range, Undefined)
"""Data of a line; an undefined value fails by itself, with its name, where it is printed."""


class BudgetExceeded(SecurityError):
    """A rendering that would take too long or too much memory."""


class Budget:
    """Counts one rendering. Sizes of containers are kept, since templates cannot change one once it is made."""

    __slots__ = ("_sizes", "characters", "steps")

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.characters = 4 * MAX_TEXT
        self._sizes: dict[int, tuple[Any, int]] = {}

    def step(self, count: int = 1) -> None:
        """Pays for work. Raises BudgetExceeded."""
        self.steps -= count
        if self.steps < 0:
            self.refuse()

    def make(self, characters: int) -> None:
        """Pays for text before it is made. Raises BudgetExceeded."""
        self.characters -= characters
        if self.characters < 0:
            self.refuse()

    def refuse(self) -> None:
        """Raises BudgetExceeded, saying what ran out."""
        what = "takes too many steps" if self.steps < 0 else "makes too much text"
        raise BudgetExceeded(f"the template {what}")

    def look(self, value: Any) -> None:
        """Pays for reading a whole value: comparing or printing it."""
        self.step(1 + self.size(value) // _CHARACTERS_A_STEP)

    def size(self, value: Any) -> int:
        """About how many characters a value takes when printed, what it shares counted as often as it stands there.

        Raises BudgetExceeded where that is more than a rendering may print, SecurityError for what is no data: printed,
        a function or an iterator would be its address.
        """
        if isinstance(value, str):
            return len(value) + 2
        if isinstance(value, int) and not isinstance(value, bool):
            return value.bit_length() // 3 + 1
        if isinstance(value, dict):
            return self._container(value, (part for pair in value.items() for part in pair))
        if isinstance(value, _SEQUENCES):
            return self._container(value, value)
        if isinstance(value, _SMALL):
            return 8
        raise SecurityError(f"{type(value).__name__} is no text or data; did you mean |list, or to call it?")

    def _container(self, value: Any, parts: Iterable[Any]) -> int:
        known = self._sizes.get(id(value))
        if known:
            return known[1]
        total = 2
        for part in parts:
            self.step()
            total += self.size(part) + 2
            if total > MAX_TEXT:
                raise BudgetExceeded("the template makes too large a list")
        self._sizes[id(value)] = (value, total)
        return total

    def counted(self, values: Iterable[Any]) -> Iterator[Any]:
        """The same values, each of which costs a step."""
        for value in values:
            self.step()
            yield value


_CURRENT: ContextVar[Budget] = ContextVar("promptctl_budget")
current = _CURRENT.get
"""The budget of the rendering under way. Compiling a template happens inside one too, since it folds constants."""


@contextmanager
def budgeted(shared: Budget | None = None) -> Iterator[Budget]:
    """Everything compiled and rendered inside pays from one budget: a new one, or one that many renderings share."""
    budget = shared or Budget()
    token = _CURRENT.set(budget)
    try:
        yield budget
    finally:
        _CURRENT.reset(token)
