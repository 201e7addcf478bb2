"""What a closure's templates read, without rendering or compiling any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from promptctl.core.files.document import Path, pointer
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Placeholder
from promptctl.core.prompts.template import Reading, read_template


def template_readings(closure: Closure) -> Iterator[tuple[Path, str, Reading]]:
    """Each of the prompt's own templates with its path in the file and its text."""
    for path, text in closure.prompt.templates():
        yield path, text, read_template(pointer(path), text)


def partial_names(closure: Closure) -> Iterator[tuple[str, Reading, frozenset[str]]]:
    """Each partial of the closure with the names that whatever includes it lets it see: inputs, and what is set on the
    way there."""
    inputs = set(closure.prompt.inputs)
    visible: dict[str, set[str]] = {}
    waiting = [(reading, inputs | reading.assigned) for _, _, reading in template_readings(closure)]
    while waiting:
        reading, names = waiting.pop()
        for written in _included(closure, reading):
            passed = set() if written in reading.names.isolated else names
            if written in visible and passed <= visible[written]:
                continue
            visible[written] = visible.get(written, set()) | passed
            inner = _partial(closure, written)
            waiting.append((inner, visible[written] | inner.assigned))
    for written, names in visible.items():
        yield written, _partial(closure, written), frozenset(names)


def names_reached(closure: Closure, reading: Reading) -> frozenset[str]:
    """The names that a template and all it includes read from outside."""
    inner = (_partial(closure, written) for written in partials_reached(closure, reading))
    return reading.undeclared.union(*(it.undeclared for it in inner))


def partials_reached(closure: Closure, reading: Reading) -> frozenset[str]:
    """The partials that a template includes, itself or by others, as they are written there."""
    waiting, seen = [reading], set[str]()
    while waiting:
        inner = [written for written in _included(closure, waiting.pop()) if written not in seen]
        seen.update(inner)
        waiting += [_partial(closure, written) for written in inner]
    return frozenset(seen)


def used_names(closure: Closure) -> frozenset[str]:
    """Every name that a template or placeholder of the closure reads."""
    placeholders = {message.input for message in closure.prompt.messages if isinstance(message, Placeholder)}
    return frozenset(placeholders).union(*(names_reached(closure, it) for _, _, it in template_readings(closure)))


def first_lines(free: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Each name with the first line it is read on."""
    lines: dict[str, int] = {}
    for name, line in free:
        lines.setdefault(name, line)
    return lines


def _included(closure: Closure, reading: Reading) -> list[str]:
    return [written for written, _ in reading.includes if written in closure.partials]


def _partial(closure: Closure, written: str) -> Reading:
    return read_template(written, closure.partials[written].value)
