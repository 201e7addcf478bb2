"""``eval --untrusted`` for people and for programs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from promptctl.adapters.github import read_event
from promptctl.cli.context import Context
from promptctl.cli.eval_view import result_data, result_text
from promptctl.cli.evaluating import gate_context
from promptctl.cli.output import Answer
from promptctl.workflows.eval import EvalWish
from promptctl.workflows.untrusted import UntrustedEval, judge_changes, trusted_base, untrusted_notes


def judged(context: Context, names: Sequence[str], base: str | None, wish: EvalWish) -> Answer:
    """The base's verdict on prompts of the work tree."""
    found = trusted_base(context.repository, base, read_event(os.environ))
    with gate_context(context) as gate:
        results = judge_changes(context.repository, found.commit or "", names, wish, gate)
    return Answer(
        data={"base": found.commit, "prompts": [_data(it) for it in results]},
        view=lambda: "\n\n".join([f"judged by {found.label}, of {len(results)} prompts", *map(_text, results)]),
        ok=all(it.judged.ok for it in results),
    )


def _data(found: UntrustedEval) -> dict[str, Any]:
    return {
        **found.judged.data(),
        "decides": found.decides,
        "result": result_data(found.judged.result) if found.judged.result else None,
        "informing": result_data(found.informing)["samples"] if found.informing else [],
        "notes": [*untrusted_notes(found), *found.own.notes],
    }


def _text(found: UntrustedEval) -> str:
    judged = found.judged
    hint = [f"  hint: {judged.hint}"] if judged.hint else []
    first = result_text(judged.result) if judged.result else f"{judged.prompt}: {judged.sentence}"
    notes = [text for text in (*untrusted_notes(found), *found.own.notes) if text != judged.sentence]
    return "\n".join([first, *hint, *(f"note: {text}" for text in notes)])
