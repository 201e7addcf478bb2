"""The files that ``new`` writes, as text: a prompt, a chain of prompts, a suite."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from promptctl import schemas
from promptctl.core.files.yaml_text import flow
from promptctl.core.json_schemas.sample import sample
from promptctl.core.prompts.prompt import INPUT_NAMES_TAKEN, MISSING, Input, Prompt
from promptctl.errors import UsageError

NO_CASE, NO_CHAIN = "PC044", "PC045"

_PROMPT = """\
{modeline}
description: Answers a question in a sentence or two.
{owner}model: {model}
inputs:
  question: {{type: string, description: What the user asks., maxLength: 8000}}
messages:
  - role: system
    content: |
      Answer the question in one or two plain sentences.
      Say that you do not know rather than guess.
  - role: user
    content: "{{{{ question }}}}"
"""
_SUITE = """\
{modeline}
cases:
  - name: speaks of what was asked
    inputs: {{question: How long does a parcel to Norway take?}}
    expect:
      - contains: Norway
  - name: stays short
    inputs: {{question: "Thank you, that was helpful."}}
    expect:
      - length: {{min: 1}}
      - word_count: {{max: 60}}
gate:
  pass_rate: {{min: 1.0}}
"""
_NOT_IDENTIFIER = re.compile(r"[^A-Za-z0-9_]")


def modeline(kind: str) -> str:
    """Tells editors which schema the file follows."""
    return f"# yaml-language-server: $schema={schemas.load(kind)['$id']}"


def _owner(owner: str | None) -> str:
    return f"owner: {flow(owner)}\n" if owner else ""


def prompt_text(model: str, owner: str | None) -> str:
    """A small prompt with one input. It does what it says with every model."""
    return _PROMPT.format(modeline=modeline("prompt"), model=flow(model), owner=_owner(owner))


def suite_text() -> str:
    """The suite for ``prompt_text``: two cases, which ``echo:echo`` passes too."""
    return _SUITE.format(modeline=modeline("eval"))


def sample_inputs(prompt: Prompt, index: int) -> dict[str, Any]:
    """Made-up values for the required inputs. Raises UsageError naming an input that nothing made up would fit."""
    made = {name: sample(found, index) for name, found in prompt.inputs.items() if found.required}
    for name, value in made.items():
        if value is MISSING:
            place = prompt.document.place(("inputs", name))
            hint = f"add `examples: [...]` to the input `{name}`, or write eval.yaml yourself"
            raise UsageError(NO_CASE, f"no value for the input `{name}` can be made up", place=place, hint=hint)
    return made


def suite_text_for(prompt: Prompt) -> str:
    """A suite with two cases for any prompt, or one where no input is required. Raises UsageError as above."""
    cases = [sample_inputs(prompt, index) for index in (0, 1)]
    expected = "      - is_json: true\n" if prompt.output is not None else "      - length: {min: 1}\n"
    lines = [modeline("eval"), "cases:"]
    for name, inputs in zip(("first", "second"), cases[:1] if cases[0] == cases[1] else cases, strict=False):
        lines += [f"  - name: {name}", *_case_inputs(inputs), "    expect:", expected.rstrip("\n")]
    return "\n".join([*lines, "gate:", "  pass_rate: {min: 1.0}"]) + "\n"


def _case_inputs(inputs: Mapping[str, Any]) -> list[str]:
    if not inputs:
        return []
    return ["    inputs:", *(f"      {name}: {flow(value)}" for name, value in inputs.items())]


@dataclass(slots=True)
class _Chain:
    """A chain while it is put together: its inputs, its step lines, the names taken, the last step's name."""

    inputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    last: str | None = None


def chain_text(prompts: Sequence[Prompt], owner: str | None) -> str:
    """A chain in which each prompt's first input is what the one before it answered; other inputs are the chain's.

    Raises UsageError for a prompt whose required input takes no text, since steps pass on text, and for one without a
    model of its own.
    """
    chain = _Chain()
    for prompt in prompts:
        _add_step(chain, prompt)
    lines = [
        modeline("prompt"),
        f"description: {flow('Runs ' + ', then '.join(found.name for found in prompts) + '.')}",
    ]
    lines += [_owner(owner).rstrip("\n")] if owner else []
    if chain.inputs:
        lines += ["inputs:", *(f"  {name}: {flow(schema)}" for name, schema in chain.inputs.items())]
    return "\n".join([*lines, "steps:", *chain.steps]) + "\n"


def _add_step(chain: _Chain, prompt: Prompt) -> None:
    if isinstance(prompt.model, Mapping):
        message = f"{prompt.name} cannot be a step: it names a tier, and a step needs a model"
        raise UsageError(NO_CHAIN, message, place=prompt.document.place(("model",)), hint="give it a model")
    step = _free_name(prompt.name.split("/")[-1], chain.names)
    chain.names.add(step)
    passed: dict[str, str] = {}
    for name, found in prompt.inputs.items():
        if not found.required:
            continue
        _check_takes_text(prompt, name, found)
        from_before = chain.last if not passed else None
        passed[name] = f"{{{{ {from_before or _chain_input(chain, step, name, found)} }}}}"
    inputs = f", inputs: {flow(passed)}" if passed else ""
    chain.steps.append(f"  - {{name: {step}, prompt: {flow(prompt.name)}{inputs}}}")
    chain.last = step


def _chain_input(chain: _Chain, step: str, name: str, found: Input) -> str:
    """The chain's own input that feeds a step's; steps that ask for the same thing share one."""
    if chain.inputs.get(name) == found.schema:
        return name
    own = _free_name(name if name not in chain.names else f"{step}_{name}", chain.names)
    chain.inputs[own] = found.schema
    chain.names.add(own)
    return own


def _free_name(wanted: str, taken: set[str]) -> str:
    """An identifier like ``wanted`` that nothing has yet."""
    plain = _NOT_IDENTIFIER.sub("_", wanted)
    plain = plain if plain[0].isalpha() else f"step_{plain}"
    numbered = (plain if number == 1 else f"{plain}_{number}" for number in count(1))
    return next(name for name in numbered if name not in taken and name not in INPUT_NAMES_TAKEN)


def _check_takes_text(prompt: Prompt, name: str, found: Input) -> None:
    written = found.schema.get("type", "string")
    if "string" not in (written if isinstance(written, list) else [written]):
        place = prompt.document.place(("inputs", name))
        message = f"{prompt.name} cannot be a step: its input `{name}` takes no text, and steps pass on text"
        raise UsageError(NO_CHAIN, message, place=place, hint="give that input a default")
