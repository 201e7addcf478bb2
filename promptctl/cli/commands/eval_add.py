"""``promptctl eval add``."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Mapping
from typing import Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.eval_options import Mode
from promptctl.cli.inputs import given_inputs
from promptctl.cli.options import InputOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.errors import UsageError


def command(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME", help="A prompt with a suite.")],
    case: Annotated[
        str | None, Option("--case", metavar="CASE", help="What the case is called.", show_default=False)
    ] = None,
    inputs: InputOption = None,
    call: Annotated[
        str | None,
        Option(
            "--from",
            "--from-event",
            metavar="CALL_ID",
            help="Inputs of this call; its correction is expected.",
            show_default=False,
        ),
    ] = None,
    expect: Annotated[
        list[str] | None, Option("--expect", metavar="YAML", help="An expectation, such as 'contains: late'.")
    ] = None,
    equals: Annotated[bool, Option("--equals", help="Expect what is answered now, word for word.")] = False,
    tag: Annotated[list[str] | None, Option("--tag", metavar="KEY=VALUE", help="A tag of the case.")] = None,
    replies: Annotated[Mode, Option("--replies", help="Where the answer of --equals comes from.")] = Mode.auto,
    store: StoreOption = None,
) -> Answer:
    """Add a case to a suite, behind the others; comments and layout of the file stay as they are."""
    from promptctl.core.evals.selection import parse_tags
    from promptctl.workflows import eval_add

    tags = {key: " ".join(sorted(values)) for key, values in parse_tags(tag or ()).items()}
    if case is None and call is None:
        raise UsageError("PC001", "a case needs a name", hint="--case 'late parcel', or --from CALL_ID")
    case = case or f"call {call}"
    given = given_inputs(context, inputs)
    wanted = eval_add.read_expectations(expect or ())
    if call is not None:
        kept, correction = _called(context, store, name, call)
        given = kept | given
        wanted += [eval_add.equals(correction)] if correction is not None and not wanted and not equals else []
    if equals:
        wanted.append(eval_add.equals(_answered(context, name, given, replies.value)))
    added = eval_add.add_case(context.repository, name, case, given, wanted, tags)
    return Answer(
        data={"prompt": added.name, "file": added.file, "case": dict(added.case), "cases": added.cases},
        view=lambda: f"added `{case}` to {added.file}, its case {added.cases}",
        next=f"promptctl eval {added.name} --filter {shlex.quote(glob.escape(case))}",
    )


def _called(context: Context, store: str | None, name: str, call: str) -> tuple[dict[str, Any], str | None]:
    """The inputs of a call, and the correction of its answer."""
    from promptctl.workflows.feedback import case_of

    with opened(context, store).warehouse as warehouse:
        return case_of(warehouse, context.repository.work.find(name), call)


def _answered(context: Context, name: str, given: Mapping[str, Any], mode: str) -> str:
    """What the prompt answers now."""
    from promptctl.adapters.replies import open_cache
    from promptctl.workflows.run_steps import RunWish, run_reference

    with open_cache(os.environ) as cache:
        done = run_reference(context.repository, name, given, RunWish(mode=mode), environment=os.environ, cache=cache)
    return done.answer.text
