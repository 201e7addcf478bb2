"""What a prompt asks of its model against what is known of it: parameters, schemas, tools, cached prefixes."""

from __future__ import annotations

from collections.abc import Iterator

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.reading import names_reached, partials_reached, template_readings
from promptctl.core.lint.rules import found
from promptctl.core.models.capability import Capability, parameter_faults
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Message

_FEWEST_BYTES = 3
"""Of a token: English has about four, so that a prefix which is too short by this is too short."""


def model_findings(closure: Closure, known: Capability) -> Iterator[Finding]:
    """What the model would refuse, and a mark for a prefix that it does not cache."""
    prompt = closure.prompt
    for name, fault in parameter_faults(known, prompt.parameters):
        yield found("L052", fault, prompt.document.place(("parameters", name)), f"take out `{name}`")
    if prompt.output is not None and known.output is False:
        yield found("L052", f"{known.models} takes no JSON Schema of its answer", prompt.document.place(("output",)))
    if prompt.tools and known.tools is False:
        yield found("L052", f"{known.models} takes no tools", prompt.document.place(("tools",)))
    yield from _short_prefix(closure, known)


def _short_prefix(closure: Closure, known: Capability) -> Iterator[Finding]:
    messages = closure.prompt.messages
    marked = [index for index, it in enumerate(messages) if isinstance(it, Message) and it.cache]
    if not marked or not known.prefix:
        return
    size = _bytes_before(closure, marked[-1])
    if size is not None and size // _FEWEST_BYTES < known.prefix:
        message = f"the prefix has about {size // 4} tokens, and {known.models} caches none below {known.prefix}"
        hint = "take out `cache: true`, or let more of what stays the same stand before it"
        yield found("L025", message, closure.prompt.document.place(("messages", marked[-1])), hint)


def _bytes_before(closure: Closure, last: int) -> int | None:
    """Bytes of tools and of all messages up to ``last``; None where a caller or a loop decides how long they are."""
    prompt, text = closure.prompt, [compact_json(list(closure.prompt.tools))]
    if not all(isinstance(message, Message) for message in prompt.messages[: last + 1]):
        return None
    for path, template, reading in template_readings(closure):
        if path[0] == "messages" and isinstance(path[1], int) and path[1] <= last:
            names = names_reached(closure, reading)
            parts = [template, *(closure.partials[written].value for written in partials_reached(closure, reading))]
            if any(prompt.inputs[name].required for name in names if name in prompt.inputs):
                return None
            if any("for " in part and "{%" in part for part in parts):
                return None
            text += parts
            text += [compact_json(prompt.inputs[name].default) for name in names if name in prompt.inputs]
    return sum(len(part.encode("utf-8", "surrogatepass")) for part in text)
