"""``promptctl run NAME[@REF]``."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.eval_options import Mode
from promptctl.cli.inputs import given_inputs
from promptctl.cli.options import InputOption, NameArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.core.models.request import Usage
    from promptctl.workflows.run_steps import Run, StepRun

_SOURCES = {"recorded": "a recorded reply", "cache": "a cached reply"}
_FINISHES = {"length": "cut off at the limit of tokens", "refusal": "refused"}


def command(
    context: Context,
    name: NameArgument,
    inputs: InputOption = None,
    model: Annotated[str | None, Option("--model", metavar="MODEL", help="Ask this model.", show_default=False)] = None,
    provider: Annotated[
        str | None,
        Option("--provider", envvar="PROMPTCTL_PROVIDER", help="Ask this provider.", show_default=False),
    ] = None,
    replies: Annotated[Mode, Option("--replies", help="Recorded, then cached, then asked for; or one.")] = Mode.auto,
) -> Answer:
    """Call the model and print its answer; tokens, cost and time on standard error. A chain runs step by step."""
    from promptctl.adapters.replies import open_cache
    from promptctl.workflows.run_steps import RunWish, run_reference

    given = given_inputs(context, inputs)
    wish = RunWish(mode=replies.value, model=model, provider=provider)
    with open_cache(os.environ) as cache:
        done = run_reference(
            context.repository,
            name,
            given,
            wish,
            environment=os.environ,
            cache=cache,
            watch=lambda call: context.output.progress(f"asking for {call.path or call.closure.prompt.name}"),
        )
    return Answer(data=data(done), view=lambda: view(done), exact=not done.answer.tool_calls, note=note(done))


def data(done: Run) -> dict[str, Any]:
    resolved = done.resolved
    return {
        "name": resolved.name,
        "reference": str(resolved.reference),
        "version": str(resolved.version) if resolved.version else None,
        "digest": resolved.digest,
        "answer": done.answer.text,
        "tool_calls": [dict(call) for call in done.answer.tool_calls],
        "cost": done.cost,
        "steps": [_step(step) for step in done.steps],
    }


def _step(step: StepRun) -> dict[str, Any]:
    result = step.result
    usage = result.usage
    return {
        "step": step.path or None,
        "prompt": step.prompt,
        "answer": result.text,
        "model": step.model,
        "answered_by": result.model,
        "provider": result.provider,
        "host": result.host,
        "source": result.source,
        "finish": result.finish,
        "tokens": {
            "input": usage.input,
            "output": usage.output,
            "cache_read": usage.cache_read,
            "cache_write": usage.cache_write,
        },
        "cost": result.cost,
        "latency_ms": result.latency_ms,
    }


def view(done: Run) -> str:
    calls = [json.dumps(dict(call), ensure_ascii=False) for call in done.answer.tool_calls]
    return "\n".join([*([done.answer.text] if done.answer.text or not calls else []), *calls])


def note(done: Run) -> str:
    """A line a step, and of a chain what it cost as a whole."""
    lines = [done.resolved.note] if done.resolved.note else []
    lines += [_line(step) for step in done.steps]
    if len(done.steps) > 1:
        lines.append(f"{len(done.steps)} steps, {_cost(done.cost)}")
    return "\n".join(lines)


def _line(step: StepRun) -> str:
    result = step.result
    named = f"{step.path}: " if step.path else ""
    facts = [
        _tokens(result.usage),
        _cost(result.cost),
        f"{result.latency_ms:.0f} ms",
        f"{result.provider}:{result.model}",
    ]
    facts += [fact for fact in (_SOURCES.get(result.source), _FINISHES.get(result.finish)) if fact]
    return named + ", ".join(facts)


def _tokens(usage: Usage) -> str:
    if usage.input is None and usage.output is None:
        return "tokens unknown"
    known = ("unknown" if count is None else str(count) for count in (usage.input, usage.output))
    return "{} tokens in, {} out".format(*known) + (f" ({usage.cache_read} cached)" if usage.cache_read else "")


def _cost(cost: float | None) -> str:
    if cost is None:
        return "cost unknown"
    return f"${cost:.6f}".rstrip("0").rstrip(".") if cost == 0 or cost >= 0.000001 else f"${cost:.1e}"
