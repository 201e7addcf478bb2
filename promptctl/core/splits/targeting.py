"""Which units a split is about: ``when``, an expression over the attributes that an application gives.

It is an expression of the templates' sandbox: data only, nothing from outside, every step paid for. Whatever objects an
application gives, the expression sees of those that it names what events would keep of them, and can call none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.parser import Parser

from promptctl.core.prompts.budget import Budget, BudgetExceeded, budgeted, current
from promptctl.core.prompts.sandbox import Sandbox
from promptctl.errors import UsageError

UNREADABLE, UNANSWERED = "PC243", "PC244"
MAX_LENGTH, MAX_DEPTH = 500, 20
_STEPS, _CHARACTERS = 10_000, 65_536
"""What one answer may cost: some milliseconds, and as much text as attributes may be compared with."""

_PLAIN = frozenset({str, int, float, bool})
_EXAMPLE = "plan == 'pro' and region in ['eu', 'us']"


@lru_cache(maxsize=256)
def condition(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Gives for attributes whether they match. One that is not there does not match, whatever is asked of it, except
    by ``is defined`` and ``default``. What cannot be answered (a text compared with a number) is a UsageError.

    Raises UsageError for what is no expression, reads no attribute, or is longer or deeper than anybody would write.
    """
    environment = Sandbox()
    environment.globals = {}
    try:
        with _paid():
            names = _names(text, Parser(environment, text, state="variable"))
            expression = environment.compile_expression(text, undefined_to_none=False)
    except TemplateSyntaxError as error:
        raise _fault(error.message or "it is malformed") from None
    except SecurityError as error:
        raise _fault(str(error)) from None
    except RecursionError:
        raise _fault("it is nested too deeply") from None

    def matches(attributes: Mapping[str, Any]) -> bool:
        try:
            with _paid():
                return bool(expression({name: _data(attributes[name]) for name in names if name in attributes}))
        except UndefinedError:
            return False
        except BudgetExceeded:
            raise _unanswered(text, "it reads or makes more than an answer may cost") from None
        except Exception as error:  # noqa: BLE001 - filters, tests and attributes raise whatever Python does
            raise _unanswered(text, str(error) or type(error).__name__) from None

    return matches


def _paid() -> AbstractContextManager[Budget]:
    budget = Budget()
    budget.steps, budget.characters = _STEPS, _CHARACTERS
    return budgeted(budget)


def _names(text: str, parser: Parser) -> frozenset[str]:
    """The attributes that the expression reads. Raises UsageError for what nobody would write."""
    if len(text) > MAX_LENGTH:
        raise _fault(f"it is longer than {MAX_LENGTH} characters")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise _fault(f"it ends before `{parser.stream.current.value}`")
    if _depth(expression) > MAX_DEPTH:
        raise _fault(f"it is nested more than {MAX_DEPTH} deep")
    names = frozenset(node.name for node in nodes.Output([expression]).find_all(nodes.Name))
    if not names:
        raise _fault("it reads no attribute, so that all units or none would match")
    return names


def _data(value: Any) -> Any:
    """A value as plain data, each part of it paid for; what is none becomes text."""
    current().step()
    if value is None or type(value) in _PLAIN:
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {_data(key): _data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_data(item) for item in value]
    return str(value)


def _depth(node: nodes.Node) -> int:
    return 1 + max((_depth(child) for child in node.iter_child_nodes()), default=0)


def _unanswered(text: str, why: str) -> UsageError:
    return UsageError(UNANSWERED, f"{text!r} was not answered: {why}", hint="give attributes of the type it asks for")


def _fault(why: str) -> UsageError:
    return UsageError(UNREADABLE, f"`when` is no condition: {why}", hint=_EXAMPLE)
