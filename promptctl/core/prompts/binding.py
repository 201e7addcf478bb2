"""What a caller gives becomes the values that templates see: compared with the inputs' schemas, and weighed."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from functools import partial
from typing import Any

from promptctl.core.json_schemas.plain_schema import plain_test
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.prompt import Input
from promptctl.core.prompts.text_limit import MAX_TEXT, STOPPED
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

UNFIT = "PC020"


class Binding:
    """The inputs of one prompt, with a test for each that is made once for all calls."""

    def __init__(self, inputs: Mapping[str, Input]) -> None:
        self._inputs = inputs
        self._blank = {name: found.default for name, found in inputs.items()}
        self._required = {name for name, found in inputs.items() if found.required}
        self._tests = {name: plain_test(found.schema) or partial(_fits, found.schema) for name, found in inputs.items()}

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The given values and the defaults of the others. Raises UsageError naming what is unknown, missing, does not
        fit its schema, or is larger together than a prompt may be."""
        bound = {**self._blank, **given}
        if len(bound) > len(self._blank) or not self._required <= given.keys() or not self._fit(given):
            self._refuse(given)
        if _may_be_large(bound) and _spelled(bound) > MAX_TEXT:
            raise UsageError(STOPPED, f"the inputs are larger than {MAX_TEXT >> 20} MiB")
        return bound

    def _fit(self, given: Mapping[str, Any]) -> bool:
        return all(self._tests[name](value) for name, value in given.items())

    def _refuse(self, given: Mapping[str, Any]) -> None:
        """Says what does not fit; returns where the validator takes it after all."""
        from promptctl.core.json_schemas.value_schema import value_fault

        for name in given:
            if name not in self._inputs:
                known = ", ".join(self._inputs)
                hint = suggest(name, list(self._inputs)) or (f"inputs: {known}" if known else "it takes none")
                raise UsageError(UNFIT, f"unknown input `{name}`", hint=hint)
        for name, found in self._inputs.items():
            if name in given:
                if fault := value_fault(found.schema, given[name]):
                    untyped = isinstance(given[name], str) and found.schema.get("type", "string") != "string"
                    repair = f"-i {name}:=… passes JSON: a number, a list" if untyped else None
                    raise UsageError(UNFIT, f"input `{name}`: {fault}", hint=repair)
            elif found.required:
                raise UsageError(UNFIT, f"missing input `{name}`", hint=f"pass -i {name}=…")


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    from promptctl.core.json_schemas.value_schema import value_fault

    return value_fault(schema, value) is None


def _may_be_large(values: Mapping[str, Any]) -> bool:
    """Whether values spelled as JSON may pass the limit: a part of them is never spelled by more than eight times its
    size in marshal's second format, which is found out in a tenth of the time."""
    try:
        return len(marshal.dumps(list(values.values()), 2)) * 8 > MAX_TEXT
    except ValueError:
        return True


def _spelled(values: Mapping[str, Any]) -> int:
    """The length of the values as JSON. Raises UsageError naming one that has no such spelling."""
    total = 0
    for name, value in values.items():
        try:
            total += len(compact_json(value))
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(UNFIT, f"input `{name}` cannot be spelled as JSON: {str(error)[:200]}") from None
    return total
