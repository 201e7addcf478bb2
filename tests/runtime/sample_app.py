"""An application as mypy sees it: every public name used well, then misused.

The tests' own run of mypy is strict and warns of ignored errors that are none: each mistake below has to be reported.
"""

from __future__ import annotations

from typing import Any

import promptctl
from promptctl import (
    Call,
    Fault,
    OutsideError,
    OwnCall,
    Prompt,
    PromptctlError,
    Prompts,
    Reply,
    StateError,
    Status,
    Usage,
    UsageError,
    __version__,
)


def use(prompts: Prompts) -> list[dict[str, Any]]:
    """What applications do."""
    try:
        prompt: Prompt = prompts.get("support/triage", unit="user-1", attributes={"region": "eu"})
        text: str = prompt.render(ticket="x")
        request: dict[str, Any] = prompt.request(ticket=text)
        with prompts.forced({"support/triage": "1.0.0"}):
            forced: Prompt = prompts.get("support/triage", version="1.0.0")
        return [*prompt.messages(ticket="x"), request, {"arm": forced.arm, "notes": sorted(forced.notes)}]
    except UsageError as error:
        return [{"code": error.code, "hint": error.hint}]
    except (StateError, OutsideError) as error:
        raise PromptctlError(error.code, f"{__version__}: {error}") from error


async def ask(prompts: Prompts, prompt: Prompt) -> str:
    """Calls of models, in every way."""
    with prompts.call(prompt, ticket="x", user="ada", endpoint="/triage", trace="t", deadline=5.0) as call:
        reply: Reply = call.complete()
    usage: Usage = reply.usage
    again: Call = prompts.call(prompt, {"user": "an input"})
    text = "".join([piece async for piece in again.astream()])
    prompts.feedback(call.id, resolved=1, correction=text, comment=str(usage.input))
    return "".join(prompts.call(prompt).stream()) + (await prompts.call(prompt).acomplete()).text


async def ask_with_a_client_of_its_own(prompts: Prompts, prompt: Prompt) -> str:
    """What an application says of calls that it makes by itself."""
    own: OwnCall = prompts.own_call(prompt, {"ticket": "x"}, user="ada", endpoint="/triage", trace="t")
    with own as call:
        call.answered("ok", usage=Usage(input=1, output=1), model="m", provider="p", cost=0.5)
    async with prompts.own_call(prompt):
        pass
    return own.id + own.trace


def look(prompts: Prompts) -> str:
    """What a health check says."""
    status: Status = prompts.refresh()
    faults: tuple[Fault, ...] = status.faults
    return f"{status.state} {status.age} {[fault.message for fault in faults]}"


def misuse(prompts: Prompts, prompt: Prompt) -> None:
    """What mypy has to find."""
    prompts.get(7)  # type: ignore[arg-type]
    prompts.get("a", unit=7)  # type: ignore[arg-type]
    prompts.get("a", user="x")  # type: ignore[call-arg]
    prompts.forced(["a"])  # type: ignore[arg-type]
    prompt.version = "1.0.0"  # type: ignore[misc]
    prompt.render("x")  # type: ignore[call-arg]
    prompt.text  # type: ignore[attr-defined]  # noqa: B018
    prompts.status().ok()  # type: ignore[operator]
    prompts.call("a")  # type: ignore[arg-type]
    prompts.own_call("a")  # type: ignore[arg-type]
    prompts.feedback("id", resolved="yes")  # type: ignore[arg-type]
    promptctl.Prompt_  # type: ignore[attr-defined]  # noqa: B018
