"""The expectation that a function of the repository's own judges."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Score, Scorer, ScorerFault, excerpt
from promptctl.core.scorers.argument import keys_fault, number_of, share_fault

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_RESULT_KEYS = ("value", "passed", "explanation")


def function_name(value: Any) -> str:
    """The ``module:function`` of a checked argument."""
    name = value["function"] if isinstance(value, Mapping) else value
    return str(name)


def _fault(value: Any) -> str | None:
    if isinstance(value, Mapping):
        if fault := keys_fault(value, ("function",), ("min",)):
            return fault
        if "min" in value and (fault := share_fault(value["min"])):
            return fault
        value = value["function"]
    if isinstance(value, str) and _NAME.fullmatch(value):
        return None
    return "needs module:function, for example scorers:is_polite"


def _measure(value: Any, answer: Answer) -> Finding:
    return judged_by(function_name(value), value, answer)


def judged_by(name: str, value: Any, answer: Answer) -> Finding:
    """Calls ``function(text, context)``; it returns a bool, a number in [0, 1], a Score, or a mapping like one.

    A number passes from the ``min`` of the argument ``value`` on, 1 unless written.
    """
    function = answer.functions.get(name)
    if function is None:
        raise ScorerFault(f"the function {name} is not loaded")
    context = {
        "inputs": dict(answer.inputs),
        "row": dict(answer.row),
        "tool_calls": [dict(call) for call in answer.tool_calls],
        "latency_ms": answer.latency_ms,
        "cost": answer.cost,
    }
    try:
        returned = function(answer.text, context)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a repository's function may raise anything
        raise ScorerFault(f"{name} raised {type(error).__name__}: {excerpt(str(error), 200)}") from None
    least = number_of(value.get("min", 1)) if isinstance(value, Mapping) else 1.0
    return _finding(name, returned, least or 1.0)


def _finding(name: str, returned: Any, least: float) -> Finding:
    if isinstance(returned, bool):
        return Finding(float(returned), returned, f"{name} says {'yes' if returned else 'no'}")
    if isinstance(returned, Score):
        returned = {key: getattr(returned, key) for key in _RESULT_KEYS}
    if isinstance(returned, Mapping):
        return _from_mapping(name, returned, least)
    value = _share(name, returned)
    return Finding(value, value >= least, f"{name} returned {value:g}, at least {least:g} asked for")


def _from_mapping(name: str, returned: Mapping[str, Any], least: float) -> Finding:
    if fault := keys_fault(returned, (), _RESULT_KEYS):
        raise ScorerFault(f"what {name} returned {fault}")
    passed = returned.get("passed")
    if passed is not None and not isinstance(passed, bool):
        raise ScorerFault(f"{name} returned {type(passed).__name__} as `passed`, not true or false")
    if passed is None and "value" not in returned:
        raise ScorerFault(f"{name} returned neither `passed` nor `value`")
    value = _share(name, returned["value"]) if "value" in returned else float(bool(passed))
    explanation = str(returned.get("explanation") or f"{name} returned {value:g}")
    return Finding(value, value >= least if passed is None else passed, explanation)


def _share(name: str, returned: Any) -> float:
    if isinstance(returned, bool) or not isinstance(returned, int | float):
        raise ScorerFault(f"{name} returned {type(returned).__name__}, not a bool, a number, a Score or a mapping")
    if not math.isfinite(returned) or not 0 <= returned <= 1:
        raise ScorerFault(f"{name} returned {returned}, which is not within 0 and 1")
    return float(returned)


SCORERS: Mapping[str, Scorer] = {
    "python": Scorer("A function of the prompt's folder judges: module:function, or {function, min}.", _fault, _measure)
}
