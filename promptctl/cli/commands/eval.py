"""``promptctl eval``."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from promptctl.adapters.writing import write_file
from promptctl.cli.context import Context
from promptctl.cli.eval_reports import annotated, chosen_format, report_files, write_reports
from promptctl.cli.eval_view import run_answer, shard_answer
from promptctl.cli.eval_wishes import dollars_of, require_fitting
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import BaseOption, ReportOption, UntrustedOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option

if TYPE_CHECKING:
    from promptctl.core.selection import Shard
    from promptctl.workflows.eval_run import EvalRun


class Mode(StrEnum):
    """Where replies come from."""

    auto = "auto"
    recorded = "recorded"
    live = "live"
    refresh = "refresh"


def command(
    context: Context,
    names: Annotated[
        list[str] | None,
        Argument(metavar="[NAME[@REF]]…", help="All suites without a name."),
    ] = None,
    replies: Annotated[
        Mode, Option("--replies", help="Recorded, then cached, then asked for; or only one.")
    ] = Mode.auto,
    provider: Annotated[
        str | None, Option("--provider", envvar="PROMPTCTL_PROVIDER", help="Ask this provider; A,B compares several.")
    ] = None,
    only: Annotated[str | None, Option("--filter", metavar="GLOB", help="Only these cases; nothing is kept.")] = None,
    tag: Annotated[
        list[str] | None, Option("--tag", metavar="KEY=VALUE", help="Only cases with this tag; nothing is kept.")
    ] = None,
    against: Annotated[str | None, Option("--against", metavar="REF", help="Compare with this instead.")] = None,
    concurrency: Annotated[int | None, Option("--concurrency", min=1, max=1000, help="Calls at once.")] = None,
    rerun_failed: Annotated[
        bool, Option("--rerun-failed", help="Only cases that failed or erred when they last ran; nothing is kept.")
    ] = False,
    changed: Annotated[
        bool, Option("--changed", help="Only suites of what differs from the base, by digests.")
    ] = False,
    shard: Annotated[
        str | None, Option("--shard", metavar="I/N", help="Only this part, into a file for `eval merge`.")
    ] = None,
    maxfail: Annotated[
        int | None, Option("--maxfail", metavar="N", min=1, help="Stop after so many answers that fail or err.")
    ] = None,
    max_cost: Annotated[
        str | None, Option("--max-cost", metavar="USD", help="Begin nothing that would cost more, and stop in time.")
    ] = None,
    resume: Annotated[
        bool, Option("--resume", help="Go on with the last run that was cut short, as it was asked for.")
    ] = False,
    untrusted: UntrustedOption = False,
    base: BaseOption = None,
    report: ReportOption = None,
    format: Annotated[
        str, Option("--format", metavar="FORMAT", help="text, json or github (annotations of a pull request).")
    ] = "text",
) -> Answer:
    """Run suites, judge them by their gates, and keep evidence. A prompt that is called like a command (`show`) is
    reached with a reference: `promptctl eval show@work`."""
    from promptctl.cli.untrusted_view import judged
    from promptctl.core.selection import Selection, parse_shard, parse_tags
    from promptctl.workflows import eval_run
    from promptctl.workflows.eval import EvalWish
    from promptctl.workflows.eval_choose import Choice, Chosen, choose
    from promptctl.workflows.eval_report import report_of

    as_github = chosen_format(context, format)
    require_fitting(
        {
            "a name": names,
            "--filter": only,
            "--tag": tag,
            "--rerun-failed": rerun_failed,
            "--changed": changed,
            "--base": base,
            "--shard": shard,
            "--against": against,
            "--replies": replies != Mode.auto,
            "--replies recorded": replies == Mode.recorded,
            "--maxfail": maxfail,
            "--max-cost": max_cost,
            "several providers": provider and "," in provider,
            "--report": report,
            "--format github": as_github,
            "--resume": resume,
            "--untrusted": untrusted,
        }
    )
    files = report_files(report or (), context.directory)
    wish = EvalWish(
        mode=replies.value,
        provider=provider,
        against=against,
        concurrency=concurrency,
        maxfail=maxfail,
        max_cost=dollars_of(max_cost),
    )
    if untrusted:
        return judged(context, names or (), base, wish)
    selection = Selection(only=only, tags=parse_tags(tag or ()), shard=parse_shard(shard) if shard else None)
    with gate_context(context) as gate:
        if resume:
            chosen, run = Chosen(), eval_run.resume(context.repository, wish, gate)
        else:
            choice = Choice(selection=selection, failed=rerun_failed, changed=changed, base=base)
            chosen = choose(context.repository, names, choice, gate)
            run = eval_run.run_suites(context.repository, chosen.planned, wish, gate, selection.shard)
        wanted = files or as_github
        reports = [report_of(context.repository, result, gate) for result in run.results] if wanted else []
    write_reports(files, reports)
    if run.shard:
        return shard_answer(run, _written(context, run, run.shard))
    answer = run_answer(run, chosen.why)
    return replace(answer, view=lambda: annotated(reports), next=None) if as_github else answer


def _written(context: Context, run: EvalRun, shard: Shard) -> str | None:
    """The file that a shard is in, once all its answers are there."""
    name = f"eval-shard-{shard.index}-of-{shard.count}.jsonl"
    if run.part is None:
        return None
    write_file(context.directory / name, run.part, name)
    return name
