"""The expectation on a part of an answer in JSON, chosen by a JSONPath (RFC 9535)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer, ScorerFault, excerpt, unmet
from promptctl.core.scorers.argument import keys_fault, number_of, texts_fault, texts_of
from promptctl.core.scorers.json_value import parse_answer, same_json
from promptctl.core.scorers.pattern import matches, regex_fault

if TYPE_CHECKING:
    from jsonpath import JSONPath, JSONPathEnvironment

_TESTS = ("equals", "one_of", "contains", "regex", "min", "max", "exists")


@cache
def _environment() -> JSONPathEnvironment:
    """The language of paths, its two functions on patterns bounded in time."""
    from jsonpath import JSONPathEnvironment
    from jsonpath.function_extensions import Match, Search

    class BoundedMatch(Match):
        def __call__(self, value: object, pattern: object) -> bool:
            return isinstance(pattern, str) and _found(f"^(?:{pattern})$", value)

    class BoundedSearch(Search):
        def __call__(self, value: object, pattern: object) -> bool:
            return _found(pattern, value)

    environment = JSONPathEnvironment(strict=True)
    environment.function_extensions |= {"match": BoundedMatch(), "search": BoundedSearch()}
    return environment


def _found(pattern: object, value: object) -> bool:
    return isinstance(value, str) and regex_fault(pattern) is None and matches(str(pattern), value)


@lru_cache(maxsize=512)
def _path(path: str) -> JSONPath:
    from jsonpath import JSONPath

    found = _environment().compile(path)
    if not isinstance(found, JSONPath):
        raise ScorerFault("a path stands alone")
    return found


def _path_fault(path: Any) -> str | None:
    from jsonpath import JSONPathError

    if not isinstance(path, str) or not path.startswith("$"):
        return "`path` must be a JSONPath such as $.queue"
    try:
        _path(path)
    except (JSONPathError, ScorerFault, RecursionError) as error:
        return f"`path` is not a JSONPath: {error.args[0] if error.args else 'it cannot be read'}"
    return None


def _fault(value: Any) -> str | None:
    """Why the argument cannot be used; the first fault of the path, the keys and their values."""
    if not isinstance(value, Mapping):
        return "needs {path: $.…} with one or more of " + ", ".join(_TESTS)
    return keys_fault(value, ("path",), _TESTS) or _path_fault(value["path"]) or _test_fault(value)


def _test_fault(value: Mapping[str, Any]) -> str | None:
    if "exists" in value and not isinstance(value["exists"], bool):
        return "`exists` must be true or false"
    if value.get("exists") is False and len(value) > 2:
        return "`exists: false` leaves nothing else to test"
    if "one_of" in value and (not isinstance(value["one_of"], list | tuple) or not value["one_of"]):
        return "`one_of` needs a list"
    if "contains" in value and (fault := texts_fault([value["contains"]])):
        return f"`contains`: {fault}"
    if "regex" in value and (fault := regex_fault(value["regex"])):
        return f"`regex` {fault}"
    bounds = {name: number_of(value[name]) for name in ("min", "max") if name in value}
    for name, bound in bounds.items():
        if bound is None:
            return f"`{name}` must be a number"
    low, high = bounds.get("min"), bounds.get("max")
    return "min is greater than max" if low is not None and high is not None and low > high else None


def _measure(value: Any, answer: Answer) -> Finding:
    """Holds when the path selects something and every selected value passes every test.

    An answer that is not JSON, or no number where a range is asked for, passes the ``not_`` form neither.
    """
    written = parse_answer(answer.text)
    if written.fault:
        return unmet(written.fault, denied=False)
    selected = _select(value["path"], written.value)
    if value.get("exists") is False:
        return Finding(float(not selected), not selected, f"{value['path']} selects {len(selected)} values")
    if not selected:
        return unmet(f"{value['path']} selects nothing in {excerpt(answer.text)}")
    wrong = [fault for item in selected if (fault := _mismatch(value, item))]
    explanation = f"{value['path']}: {wrong[0]}" if wrong else f"{value['path']} is {excerpt(selected[0])}"
    comparable = not _is_range(value) or all(_number(item) is not None for item in selected)
    return Finding(1 - len(wrong) / len(selected), not wrong, explanation, denied=bool(wrong) and comparable)


def _select(path: str, value: Any) -> list[Any]:
    from jsonpath import JSONPathError

    if isinstance(value, str):
        # The library would take a text for JSON that is still to be read.
        return [value] if path.strip() == "$" else []
    try:
        return list(_path(path).findall(value))
    except (JSONPathError, RecursionError) as error:
        raise ScorerFault(f"{path} could not be applied: {error.args[0] if error.args else error}") from None


def _mismatch(tests: Mapping[str, Any], item: Any) -> str | None:
    """What is wrong with one selected value, or None."""
    shown = excerpt(item)
    if "equals" in tests and not same_json(item, tests["equals"]):
        return f"{shown} is not {excerpt(tests['equals'])}"
    if "one_of" in tests and not any(same_json(item, option) for option in tests["one_of"]):
        return f"{shown} is not one of {excerpt(tests['one_of'])}"
    if "contains" in tests and not _holds(item, tests["contains"]):
        return f"{shown} lacks {excerpt(tests['contains'])}"
    if "regex" in tests and not (isinstance(item, str) and matches(tests["regex"], item)):
        return f"{shown} does not match {excerpt(tests['regex'])}"
    return _out_of_range(tests, item) if _is_range(tests) else None


def _holds(item: Any, wanted: Any) -> bool:
    """A text holds a part of it, a list an element."""
    if isinstance(item, str):
        return texts_of(wanted)[0] in item
    return isinstance(item, list) and any(same_json(element, wanted) for element in item)


def _is_range(tests: Mapping[str, Any]) -> bool:
    return "min" in tests or "max" in tests


def _number(item: Any) -> float | None:
    return None if isinstance(item, str) else number_of(item)


def _out_of_range(tests: Mapping[str, Any], item: Any) -> str | None:
    number = _number(item)
    if number is None:
        return f"{excerpt(item)} is not a number"
    low, high = number_of(tests.get("min")), number_of(tests.get("max"))
    if low is not None and number < low:
        return f"{number:g} is below {low:g}"
    return f"{number:g} is above {high:g}" if high is not None and number > high else None


SCORERS: Mapping[str, Scorer] = {
    "json_path": Scorer(
        "The values that a JSONPath selects in the answer exist and are equal to, one of, within … .", _fault, _measure
    ),
}
