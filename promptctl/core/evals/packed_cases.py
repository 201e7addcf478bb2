"""The cases of a suite as bytes: what differs from case to case, without the expectations that they have in common."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from promptctl.core.evals.case import Case
from promptctl.core.evals.packed import packed
from promptctl.core.scorers.registry import Expectation


def pack_cases(cases: Iterable[Case]) -> Sequence[Case]:
    """The same cases. Their inputs, rows and arguments are plain data, which cases are checked to be."""
    shapes = _Shapes()
    return packed(cases, shapes.packed, shapes.case)


class _Shapes:
    """The expectations of the entries of a suite, of which the arguments alone may differ from row to row."""

    def __init__(self) -> None:
        self._known: list[tuple[Expectation, ...]] = []
        self._places: dict[tuple[Any, ...], int] = {}

    def packed(self, case: Case) -> bytes:
        shape = tuple((it.kind, it.negate, it.name, it.weight) for it in case.expect)
        place = self._places.setdefault(shape, len(self._known))
        if place == len(self._known):
            self._known.append(case.expect)
        same = self._known[place] is case.expect
        arguments = None if same else [it.argument for it in case.expect]
        values = (case.name, place, arguments, dict(case.tags), dict(case.inputs), dict(case.row))
        return marshal.dumps(values)

    def case(self, data: bytes) -> Case:
        name, place, arguments, tags, inputs, row = marshal.loads(data)  # noqa: S302 - packed by this very object
        return Case(name=name, expect=self._expect(place, arguments), tags=tags, inputs=inputs, row=row)

    def _expect(self, place: int, arguments: Sequence[Any] | None) -> tuple[Expectation, ...]:
        known = self._known[place]
        if arguments is None:
            return known
        return tuple(replace(it, argument=argument) for it, argument in zip(known, arguments, strict=True))
