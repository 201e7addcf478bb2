"""``promptctl eval``."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from promptctl.adapters.writing import write_file
from promptctl.cli import eval_options as options
from promptctl.cli.context import Context
from promptctl.cli.eval_reports import REPORTS, annotated, chosen_format
from promptctl.cli.eval_view import run_answer, shard_answer
from promptctl.cli.eval_wishes import dollars_of, require_fitting
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import BaseOption, ReportOption, UntrustedOption
from promptctl.cli.output import Answer
from promptctl.cli.report_files import report_files, write_reports
from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.core.evals.report import EvalReport
    from promptctl.core.evals.selection import Selection
    from promptctl.workflows.eval import EvalWish
    from promptctl.workflows.eval_choose import Choice
    from promptctl.workflows.eval_run import EvalRun
    from promptctl.workflows.gate_context import GateContext

LOOK_SECONDS = 0.5


def command(
    context: Context,
    names: options.NamesArgument = None,
    replies: options.RepliesOption = options.Mode.auto,
    provider: options.ProviderOption = None,
    only: options.FilterOption = None,
    tag: options.TagOption = None,
    rerun_failed: options.FailedOption = False,
    changed: options.ChangedOption = False,
    against: options.AgainstOption = None,
    concurrency: options.ConcurrencyOption = None,
    shard: options.ShardOption = None,
    maxfail: options.MaxfailOption = None,
    max_cost: options.MaxCostOption = None,
    resume: options.ResumeOption = False,
    watch: options.WatchOption = False,
    untrusted: UntrustedOption = False,
    base: BaseOption = None,
    report: ReportOption = None,
    format: options.FormatOption = "text",
) -> Answer:
    """Run suites, judge them by their gates, and keep evidence. A prompt that is called like a command (`show`) is
    reached with a reference: `promptctl eval show@work`."""
    from promptctl.core.evals.selection import Selection, parse_shard, parse_tags
    from promptctl.workflows.eval import EvalWish
    from promptctl.workflows.eval_choose import Choice

    as_github, mode = chosen_format(context, format), replies.value
    choices = {"--filter": only, "--tag": tag, "--rerun-failed": rerun_failed, "--changed": changed, "--base": base}
    ways = {"--shard": shard, "--resume": resume, "--watch": watch, "--untrusted": untrusted, "--against": against}
    bounds = {"--maxfail": maxfail, "--max-cost": max_cost, "several providers": provider and "," in provider}
    modes = {"a name": names, "--replies": mode != "auto", "--replies recorded": mode == "recorded"}
    outputs = {"--report": report, "--format github": as_github, "--json": context.output.as_json}
    require_fitting({**choices, **ways, **bounds, **modes, **outputs})
    spent = dollars_of(max_cost)
    wish = EvalWish(
        mode=mode, provider=provider, against=against, concurrency=concurrency, maxfail=maxfail, max_cost=spent
    )
    if untrusted:
        from promptctl.cli.untrusted_view import judged

        return judged(context, names or (), base, wish)
    selection = Selection(only=only, tags=parse_tags(tag or ()), shard=parse_shard(shard) if shard else None)
    if watch:
        return _watched(context, names, selection, wish)
    choice = None if resume else Choice(selection=selection, failed=rerun_failed, changed=changed, base=base)
    return _evaluated(context, names, choice, wish, report or [], as_github=as_github)


def _evaluated(
    context: Context,
    names: list[str] | None,
    choice: Choice | None,
    wish: EvalWish,
    report: list[str],
    *,
    as_github: bool,
) -> Answer:
    """One run, of what is chosen, or else the one that was cut short."""
    from promptctl.workflows import eval_run
    from promptctl.workflows.eval_choose import Chosen, choose

    files = report_files(report, context.directory, REPORTS)
    with gate_context(context, journaled=True) as gate:
        if choice is None:
            chosen, run = Chosen(), eval_run.resume(context.repository, wish, gate)
        else:
            chosen = choose(context.repository, names, choice, gate)
            run = eval_run.run_suites(context.repository, chosen.planned, wish, gate, choice.selection.shard)
        reports = _reports(context, run, gate) if files or as_github else []
    write_reports(files, REPORTS, reports)
    if run.shard:
        return shard_answer(run, _written(context, run))
    answer = run_answer(run, chosen.why)
    return annotated(answer, reports) if as_github else answer


def _reports(context: Context, run: EvalRun, gate: GateContext) -> list[EvalReport]:
    from promptctl.workflows.eval_report import report_of

    return [report_of(context.repository, result, gate) for result in run.results]


def _written(context: Context, run: EvalRun) -> str | None:
    """The file that a shard is in, once all its answers are there."""
    if run.part is None or run.shard is None:
        return None
    name = f"eval-shard-{run.shard.index}-of-{run.shard.count}.jsonl"
    write_file(context.directory / name, run.part, name)
    return name


def _watched(context: Context, names: list[str] | None, selection: Selection, wish: EvalWish) -> Answer:
    """Runs what changes until Ctrl-C; each round is printed as it ends."""
    from promptctl.workflows.eval_run import run_suites
    from promptctl.workflows.eval_watch import rounds

    with gate_context(context) as gate:
        for it in rounds(context.repository.root, names, selection, _pause):
            try:
                if it.error:
                    raise it.error
                now = replace(gate, now=datetime.now(UTC), ran={})
                context.output.answer(replace(run_answer(run_suites(it.repository, it.planned, wish, now)), next=None))
            except PromptctlError as error:
                # Functions that cannot be loaded, a provider without a key: the next change may mend it.
                context.output.error(error)
            context.output.say("watching; Ctrl-C ends it", "dim")
    return Answer(data=None, view=lambda: None)


def _pause() -> bool:
    time.sleep(LOOK_SECONDS)
    return True
