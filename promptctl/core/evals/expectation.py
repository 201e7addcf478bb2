"""Reads the expectations of a suite and fills their templates from a case's row and inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from promptctl.core.files.document import Document, Path
from promptctl.core.prompts.budget import Budget
from promptctl.core.prompts.template import Renderer, TemplateFault
from promptctl.core.prompts.text_limit import STOPPED
from promptctl.core.scorers.registry import OVERALL, SCORERS, Expectation, split_kind
from promptctl.core.scorers.similarity import MISSING
from promptctl.core.suggestion import suggest
from promptctl.errors import DocumentError

AMBIGUOUS_KIND = "PC050"
UNUSABLE_ARGUMENT = "PC051"
UNRENDERED = "PC054"
MISSING_EXTRA = "PC058"
RESERVED_NAMES = frozenset({OVERALL, "cost", "latency_p95", "pass_rate"})
"""Metrics that are measured for every suite, so that no expectation may take their name."""

_FREE_STEPS = 100
_TOO_MUCH = "all templates of a suite together; plain {{ row.x }} and {{ inputs.x }} take next to nothing"
_DEFAULT_NAMES = {"cost": "cost_limit"}
_SIGNS = re.compile(r"\{\{|\{%|\{#")
_PUT_IN = re.compile(r"(?<!\{)\{\{ *(row|inputs)\.([A-Za-z_]\w*) *\}\}(?!\})", re.ASCII)
_MOST_PUT_IN = 6400
_LONE = re.compile(r"\s*\{\{-?\s*(row|inputs)\.([A-Za-z_]\w*)\s*-?\}\}\s*", re.ASCII)


class Expectations:
    """The expectations of one entry of a suite: parsed once, templates compiled once, rendered for each case.

    All templates of a suite pay from one ``budget``, beyond a little that each rendering has for itself.
    """

    def __init__(self, document: Document, path: Path, budget: Budget) -> None:
        self._document, self._budget = document, budget
        written = _at(document.value, path)
        self._read = [_expectation(document, (*path, index), item) for index, item in enumerate(written)]
        texts = {text for _, read in self._read for text in _templates(read.argument)}
        self._renderer = Renderer({text: text for text in texts}, budget) if texts else None
        self._ready = None if texts else tuple(self._checked(place, read, "") for place, read in self._read)

    def rendered(self, case: str, row: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[Expectation, ...]:
        """The case's expectations. Raises DocumentError at the expectation that has no usable argument."""
        if self._ready is not None:
            return self._ready
        values = {"row": row, "inputs": inputs}
        return tuple(self._rendered(path, read, case, values) for path, read in self._read)

    def _rendered(self, path: Path, read: Expectation, case: str, values: Mapping[str, Any]) -> Expectation:
        argument = self._filled(read.argument, path, case, values)
        return self._checked(path, replace(read, argument=argument), f"{case}: ")

    def _filled(self, value: Any, path: Path, case: str, values: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(item, (*path, key), case, values) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, (*path, index), case, values) for index, item in enumerate(value)]
        return self._filled_text(value, path, case, values) if _is_template(value) else value

    def _filled_text(self, text: str, path: Path, case: str, values: Mapping[str, Any]) -> Any:
        """A text that is nothing but one value stays that value: numbers and lists of a data set keep their type."""
        alone = _LONE.fullmatch(text)
        if alone:
            return self._value(alone[1], alone[2], path, case, values)
        plain = _put_in(text, values)
        if plain is not None:
            return plain
        assert self._renderer is not None
        self._budget.steps += _FREE_STEPS
        try:
            return self._renderer.render(text, values)
        except TemplateFault as fault:
            place = self._document.template_place(path, fault.line)
            hint = _TOO_MUCH if fault.code == STOPPED else fault.hint or _known(values)
            problem = self._document.problem(UNRENDERED, f"{case}: {fault.message}", path, hint)
            raise DocumentError((replace(problem, place=place),)) from None

    def _value(self, source: str, name: str, path: Path, case: str, values: Mapping[str, Any]) -> Any:
        if name in values[source]:
            return values[source][name]
        hint = suggest(name, values[source]) or _known(values)
        raise self._document.error(UNRENDERED, f"{case}: there is no `{source}.{name}`", path, hint)

    def _checked(self, path: Path, read: Expectation, prefix: str) -> Expectation:
        fault = SCORERS[read.kind].fault(read.argument)
        kind = path[-1]
        if fault and fault.startswith(MISSING):
            hint = 'pip install "git-promptctl[evals]"'
            raise self._document.error(MISSING_EXTRA, f"{prefix}`{kind}` {fault}", path, hint)
        if fault:
            raise self._document.error(UNUSABLE_ARGUMENT, f"{prefix}`{kind}` {fault}", path)
        return read


def _put_in(text: str, values: Mapping[str, Any]) -> str | None:
    """A text with short texts of the case put in, as the template engine would; None where it takes the engine.

    Compiling costs a thousand times as much, which a suite whose cases all have words of their own could not pay.
    """
    if "\r" in text or text.endswith("\n") or _is_template(_PUT_IN.sub("", text)):
        return None
    parts = _PUT_IN.split(text)
    found = [values[source].get(name) for source, name in zip(parts[1::3], parts[2::3], strict=True)]
    if any(not isinstance(value, str) for value in found) or any(hasattr(dict, name) for name in parts[2::3]):
        return None
    if sum(map(len, found)) > _MOST_PUT_IN:
        return None
    return "".join(words + value for words, value in zip(parts[::3], [*found, ""], strict=True))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _known(values: Mapping[str, Any]) -> str:
    spelled = [f"{source} has {', '.join(found) or 'nothing'}" for source, found in values.items()]
    return "; ".join(spelled)


def _expectation(document: Document, path: Path, written: Mapping[str, Any]) -> tuple[Path, Expectation]:
    """One expectation with the path of its argument, its templates not filled in."""
    kinds = [key for key in written if key not in ("name", "weight")]
    if len(kinds) != 1:
        found = f"this one has {', '.join(kinds)}" if kinds else "this one has none"
        hint = "begin each with its own dash" if kinds else "for example `contains: refund`"
        raise document.error(AMBIGUOUS_KIND, f"an expectation has exactly one kind; {found}", path, hint)
    kind, negate = split_kind(kinds[0])
    name = written.get("name") or _DEFAULT_NAMES.get(kinds[0], kinds[0])
    if name in RESERVED_NAMES:
        hint = "give it another name"
        raise document.error(AMBIGUOUS_KIND, f"`{name}` is a metric of every suite", (*path, "name"), hint)
    argument, weight = written[kinds[0]], float(written.get("weight", 1.0))
    return (*path, kinds[0]), Expectation(kind=kind, argument=argument, negate=negate, name=name, weight=weight)


def _is_template(value: Any) -> bool:
    return isinstance(value, str) and _SIGNS.search(value) is not None


def _templates(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _templates(item)
    elif _is_template(value):
        yield value
