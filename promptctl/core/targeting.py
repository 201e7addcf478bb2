"""Which units a split is about: ``when``, an expression over the attributes that an application gives.

It is an expression of the templates' sandbox: data only, nothing from outside, every step paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.parser import Parser

from promptctl.core.budget import Budget, BudgetExceeded, budgeted
from promptctl.core.sandbox import Sandbox
from promptctl.errors import UsageError

UNREADABLE, UNANSWERED = "PC243", "PC244"
MAX_LENGTH, MAX_DEPTH = 500, 20
_STEPS, _CHARACTERS = 10_000, 65_536
"""What one answer may cost: some milliseconds, and as much text as attributes may be compared with."""

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
            _check(text, Parser(environment, text, state="variable"))
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
                return bool(expression(attributes))
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


def _check(text: str, parser: Parser) -> None:
    if len(text) > MAX_LENGTH:
        raise _fault(f"it is longer than {MAX_LENGTH} characters")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise _fault(f"it ends before `{parser.stream.current.value}`")
    if _depth(expression) > MAX_DEPTH:
        raise _fault(f"it is nested more than {MAX_DEPTH} deep")
    if not isinstance(expression, nodes.Name) and expression.find(nodes.Name) is None:
        raise _fault("it reads no attribute, so that all units or none would match")


def _depth(node: nodes.Node) -> int:
    return 1 + max((_depth(child) for child in node.iter_child_nodes()), default=0)


def _unanswered(text: str, why: str) -> UsageError:
    return UsageError(UNANSWERED, f"{text!r} was not answered: {why}", hint="give attributes of the type it asks for")


def _fault(why: str) -> UsageError:
    return UsageError(UNREADABLE, f"`when` is no condition: {why}", hint=_EXAMPLE)
