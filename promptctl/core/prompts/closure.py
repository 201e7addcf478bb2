"""A prompt with all it includes, and a chain with its steps: the unit that is hashed, released and served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from promptctl.core.files.document import Document, pointer
from promptctl.core.name import RESERVED
from promptctl.core.prompts.prompt import Prompt
from promptctl.errors import MOST_PROBLEMS, DocumentError, Place, Problem

MAX_DEPTH = 8
SYNTAX, INCLUDE, NO_MODEL = "PC013", "PC014", "PC023"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """``partials``: documents by the name as written, their value the text; ``steps``: closures by step name."""

    prompt: Prompt
    partials: Mapping[str, Document] = field(default_factory=dict)
    steps: Mapping[str, Closure] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """Every template by the name that errors and includes use."""
        own = {pointer(path): text for path, text in self.prompt.templates()}
        return own | {name: found.value for name, found in self.partials.items()}

    def place(self, template: str, line: int) -> Place:
        """Where a line of a template stands on disk."""
        if template in self.partials:
            return self.partials[template].line(line)
        paths = {pointer(path): path for path, _ in self.prompt.templates()}
        return self.prompt.document.template_place(paths.get(template, ()), line)


def assembled(prompt: Prompt, partials: Mapping[str, Document], steps: Mapping[str, Closure]) -> Closure:
    """The closure of these parts.

    Raises DocumentError for a step whose prompt names a tier: its model is found for what is served, which no step is.
    """
    for index, step in enumerate(prompt.steps):
        if isinstance(steps[step.name].prompt.model, Mapping):
            message = f"{step.prompt} names a tier, and a step needs a model"
            hint = f"set `model:` in prompts/{step.prompt}/prompt.yaml"
            raise prompt.document.error(NO_MODEL, message, ("steps", index, "prompt"), hint)
    return Closure(prompt=prompt, partials=partials, steps=steps)


def partial_path(prompt: str, written: str) -> str | None:
    """The path below ``prompts/`` of a partial named in a template of ``prompt``, or None when it cannot name one."""
    local = written.startswith("./")
    segments = written.removeprefix("./").split("/")
    if not written.endswith(".j2") or "\\" in written or any(part in ("", ".", "..") for part in segments):
        return None
    return "/".join([prompt, *segments] if local else segments)


def collect_partials(prompt: Prompt, read: Callable[[str], Document | None]) -> dict[str, Document]:
    """Follows includes from a prompt's templates. ``read`` gives the partial at a path below ``prompts/``.

    Raises DocumentError for syntax errors, missing partials, cycles, ``./`` from elsewhere and more than 8 levels. A
    partial that was followed at this depth or a greater one has nothing new to say.
    """
    from promptctl.core.prompts.template import TemplateFault, read_template

    found: dict[str, Document] = {}
    followed: dict[str, int] = {}
    problems: list[Problem] = []

    def follow(name: str, text: str, place: Callable[[int], Place], own: bool, chain: tuple[str, ...]) -> None:
        try:
            reading = read_template(name, text)
        except TemplateFault as fault:
            problems.append(Problem(SYNTAX, fault.message, place(fault.line), fault.hint))
            return
        for written, line in reading.includes:
            if len(problems) > MOST_PROBLEMS:
                return
            fault_text = include_fault(written, own, chain)
            path = partial_path(prompt.name, written)
            if fault_text or path is None:
                problems.append(Problem(INCLUDE, fault_text or _not_a_partial(written), place(line)))
                continue
            text_file = found.get(written) or read(path)
            if text_file is None:
                if written not in reading.optional:
                    problems.append(Problem(INCLUDE, f"there is no partial `{written}`", place(line), _repair(path)))
                continue
            found[written] = text_file
            if followed.get(written, -1) >= len(chain):
                continue
            followed[written] = len(chain)
            follow(written, text_file.value, text_file.line, path.startswith(f"{prompt.name}/"), (*chain, written))

    for path, text in prompt.templates():
        follow(pointer(path), text, partial(prompt.document.template_place, path), own=True, chain=())
    if problems:
        raise DocumentError(tuple(dict.fromkeys(problems)))
    return found


def include_fault(written: str, own: bool, chain: tuple[str, ...]) -> str | None:
    """Why a file may not be included here: from outside the prompt's folder, in a circle, or too deep."""
    if written.startswith("./") and not own:
        return f"`{written}` can be included only from its own prompt's files"
    if written in chain:
        return "the partials include each other: " + " -> ".join((*chain, written))
    if len(chain) >= MAX_DEPTH:
        return f"partials are nested deeper than {MAX_DEPTH}"
    return None


def _repair(path: str) -> str:
    """What to do about a partial that is not there. In folders that are promptctl's own there are none."""
    own = next((part for part in path.split("/") if part in RESERVED), None)
    return f"keep it elsewhere: no partial is read from a folder called {own}" if own else f"create prompts/{path}"


def _not_a_partial(written: str) -> str:
    return f"`{written}` is no path of a .j2 file below prompts/"
