"""Code that asks for prompts, held against the prompts: what would raise an error where the application runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.rules import found
from promptctl.core.prompts.call_sites import CallSite, call_sites, input_faults
from promptctl.core.suggestion import suggest
from promptctl.errors import Place

if TYPE_CHECKING:
    from promptctl.core.prompts.prompt import Input

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What reading the syntax of a file may raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What code may ask for: all names, former ones with today's, and the inputs of a prompt (None: unreadable)."""

    names: frozenset[str]
    former: Mapping[str, str]
    inputs: Callable[[str], Mapping[str, Input] | None]


def code_findings(file: str, source: str, asked: Asked) -> Iterator[Finding]:
    """What is wrong with the uses of prompts in one Python file."""
    try:
        sites = placed_sites(file, source)
    except UNREADABLE as error:
        place = Place(file, getattr(error, "lineno", None))
        yield found("L084", f"Python cannot read it: {getattr(error, 'msg', None) or type(error).__name__}", place)
        return
    for site, where in sites:
        yield from site_findings(site, where, asked)


def placed_sites(file: str, source: str) -> list[tuple[CallSite, Callable[[], Place]]]:
    """The uses of prompts in one Python file, each with its place. Raises one of UNREADABLE."""
    # Lines as Python counts them: a form feed ends none. Its columns count bytes.
    lines = StringIO(source, newline=None).read().split("\n")

    def place(site: CallSite) -> Place:
        line = lines[site.line - 1]
        return Place(file, site.line, len(line.encode()[: site.column - 1].decode()) + 1, line)

    return [(site, partial(place, site)) for site in call_sites(source)]


def site_findings(site: CallSite, place: Callable[[], Place], asked: Asked) -> Iterator[Finding]:
    """What is wrong with one use of a prompt."""
    name = asked.former.get(site.prompt, site.prompt)
    if name not in asked.names:
        if site.sure and site.inputs is None:
            hint = suggest(site.prompt, sorted(asked.names))
            yield found("L080", f"there is no prompt `{site.prompt}`", place(), hint)
        return
    if name != site.prompt and site.inputs is None:
        yield found("L083", f"`{site.prompt}` is called {name} now", place(), f'get("{name}")')
    inputs = asked.inputs(name)
    required = {key: known.required for key, known in inputs.items()} if inputs is not None else {}
    for kind, key in input_faults(site, required) if inputs is not None else ():
        if kind == "unknown":
            yield found("L081", f"{name} takes no input `{key}`", place(), suggest(key, sorted(required)))
        else:
            yield found("L082", f"{name} needs the input `{key}`", place(), f"pass {key}=…")
