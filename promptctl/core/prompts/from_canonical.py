"""A closure made again from its canonical form: it renders, and hashes, as the files did that the form was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.files.document import Document
from promptctl.core.prompts.canonical import short
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Prompt, Step, parse_input, parse_message


def closure_from_canonical(form: Mapping[str, Any], closures: Mapping[str, Closure], name: str) -> Closure:
    """The closure that a checked form describes, its prompt called ``name``.

    ``closures`` has a chain's steps by digest. Steps are called by their digests: a form does not say what their
    folders were called. Raises KeyError for a step that is not there.
    """
    written = form.get("steps", ())
    prompt = Prompt(
        name=name,
        document=Document(name, form),
        model=form.get("model"),
        parameters=form.get("parameters", {}),
        inputs={key: parse_input(value) for key, value in form.get("inputs", {}).items()},
        messages=tuple(parse_message(message) for message in form.get("messages", ())),
        steps=tuple(Step(name=it["name"], prompt=short(it["digest"]), inputs=it["inputs"]) for it in written),
        output=form.get("output"),
        tools=tuple(form.get("tools", ())),
    )
    return Closure(
        prompt=prompt,
        partials={key: Document(f"{name}: {key}", text, {}, text) for key, text in form.get("partials", {}).items()},
        steps={it["name"]: closures[it["digest"]] for it in written},
    )
