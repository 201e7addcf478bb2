"""Templates of the ``llm`` program: YAML with ``system`` and ``prompt``, variables like ``$name``.

https://llm.datasette.io/en/stable/templates.html
"""

from __future__ import annotations

from typing import Any

from promptctl.core.files.document import Document
from promptctl.core.importing.node import Node
from promptctl.core.importing.parts import inputs_of, parameters, prompt_value, template
from promptctl.core.importing.segments import dollars
from promptctl.core.importing.source import Import, Imported, Source

_OUTSIDE = (
    "fragments",
    "system_fragments",
    "attachments",
    "attachment_types",
    "tools",
    "functions",
    "extract",
    "extract_last",
)


def read(source: Source) -> Import:
    """The prompt of a template; one without ``prompt`` passes on what it is given as ``input``."""
    root = Node(_opened(source.document))
    system, written = root.take("system", str), root.take("prompt", str)
    messages = [{"role": "system", "content": template(system, dollars)}] if system else []
    messages.append({"role": "user", "content": template(written, dollars) if written else "{{ input }}"})
    defaults = found.value if (found := root.take("defaults", dict)) else {}
    inputs = inputs_of(messages, {})
    for name, value in defaults.items():
        if name in inputs:
            inputs[name]["default"] = value if isinstance(value, str) else str(value)
        elif found:
            found.child(name).drop("is a default that no template reads")
    name = root.text("name")
    value = prompt_value(
        metadata={"name": name} if name else {},
        model=root.text("model"),
        parameters=parameters(root.take("options", dict)),
        inputs=inputs,
        messages=messages,
        output=found.value if (found := root.take("schema_object", dict)) else None,
    )
    for key in _OUTSIDE:
        if (outside := root.take(key)) and outside.value:
            outside.drop("is done by the llm program around the model's call")
    root.finish()
    return Import(prompts=(Imported(value=value),), dropped=tuple(root.dropped))


def _opened(document: Document) -> Document:
    """A template that is nothing but a text is its prompt."""
    if not isinstance(document.value, str):
        return document
    marks: dict[Any, Any] = {("prompt",): mark} if (mark := document.marks.get(())) else {}
    return Document(document.file, {"prompt": document.value}, marks, document.text)
