"""Variables and inputs: used and not declared, declared and not used, written in another template language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from promptctl.core.files.document import Document, Path
from promptctl.core.lint.finding import Finding
from promptctl.core.lint.places import name_place, partial_place
from promptctl.core.lint.reading import first_lines, partial_names, template_readings, used_names
from promptctl.core.lint.rules import found
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.template import literal_text
from promptctl.core.suggestion import suggest

_OTHER_BRACES = re.compile(r"\$?\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")


class _Use(NamedTuple):
    """A name read in a line of a partial."""

    file: str
    name: str
    line: int


def variable_findings(closure: Closure) -> Iterator[Finding]:
    """Undeclared variables of the prompt's own templates, unused inputs, inputs in the braces of other languages."""
    prompt = closure.prompt
    used = set(used_names(closure))
    for path, text, reading in template_readings(closure):
        yield from _undeclared(closure, path, first_lines(reading.names.free).items())
        for name, finding in _other_braces(closure, path, text):
            used.add(name)
            yield finding
    for name in prompt.inputs:
        if name not in used:
            yield found("L002", f"the input `{name}` is used by no template", prompt.document.place(("inputs", name)))


def _undeclared(closure: Closure, path: Path, uses: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    prompt = closure.prompt
    steps = [step.name for step in prompt.steps]
    earlier = steps[: path[1]] if prompt.steps and isinstance(path[1], int) else []
    known = [*prompt.inputs, *earlier]
    for name, line in uses:
        place = name_place(prompt.document, path, line, name)
        if name in known:
            continue
        if name in steps:
            yield found("L042", f"the step `{name}` has not run here yet", place, "write its step before this one")
        else:
            hint = suggest(name, known) or f"declare it: inputs: {{{name}: string}}"
            yield found("L001", f"`{name}` is no input of {prompt.name}", place, hint)


def _other_braces(closure: Closure, path: Path, text: str) -> Iterator[tuple[str, Finding]]:
    for start, literal in literal_text(text):
        for braces in _OTHER_BRACES.finditer(literal):
            name = braces[1]
            if name in closure.prompt.inputs:
                line = start + literal.count("\n", 0, braces.start())
                place = name_place(closure.prompt.document, path, line, name)
                yield name, found("L003", f"`{braces[0]}` is sent as it is", place, f"write {{{{ {name} }}}}")


def partial_variable_findings(closures: Iterable[Closure]) -> Iterator[Finding]:
    """Variables that partials use and the prompts that include them do not have; one finding for all such prompts."""
    missing: dict[_Use, tuple[Document, list[str], set[str]]] = {}
    for closure in closures:
        for written, reading, visible in partial_names(closure):
            document = closure.partials[written]
            for name, line in first_lines(reading.names.free).items():
                if name not in visible | reading.names.tested:
                    use = _Use(document.file, name, line)
                    _, prompts, known = missing.setdefault(use, (document, [], set()))
                    prompts.append(closure.prompt.name)
                    known |= visible
    for use, (document, prompts, known) in missing.items():
        message = f"`{use.name}` is not known here when {_several(sorted(set(prompts)))} includes this"
        hint = suggest(use.name, sorted(known)) or "declare it as an input there; an import sees it only `with context`"
        yield found("L001", message, partial_place(document, use.line, use.name), hint)


def _several(prompts: list[str]) -> str:
    return prompts[0] if len(prompts) == 1 else f"{prompts[0]} (or one of {len(prompts) - 1} others)"
