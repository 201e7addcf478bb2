"""What ``ci`` writes beside its answer: files by ``--report``, a job's summary and a step's outputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.cli.report_files import write_reports

if TYPE_CHECKING:
    from promptctl.cli.context import Context
    from promptctl.core.evals.report import EvalReport
    from promptctl.core.lint.finding import Finding
    from promptctl.errors import PromptctlError
    from promptctl.reports.ci_junit import CiTests
    from promptctl.reports.ci_report import CiReport
    from promptctl.workflows.ci_result import CiResult
    from promptctl.workflows.gate_context import GateContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run as files show it: ``findings`` have places below ``root``, ``tests`` are there where they are asked for."""

    root: Path
    report: CiReport
    findings: tuple[Finding, ...]
    tests: CiTests | None = None


def shown_of(context: Context, result: CiResult, gate: GateContext | None, *, untrusted: bool = False) -> Shown:
    """A run that came to its end; with a ``gate`` its suites are shown case by case.

    What an ``untrusted`` change says of settings and of earlier runs is not asked here either.
    """
    from promptctl.cli.ci_sections import ci_report

    evals = _reports(context, result, gate, untrusted=untrusted) if gate else ()
    return Shown(
        root=context.repository.root,
        report=ci_report(result),
        findings=result.findings,
        tests=_tests(result, evals) if gate else None,
    )


def failed_shown(context: Context, error: PromptctlError) -> Shown:
    """A run that an error stopped."""
    from promptctl.cli.ci_sections import failed_report
    from promptctl.core.lint.finding import problem_finding
    from promptctl.reports.ci_junit import CiTests, Missing

    findings = tuple(problem_finding(problem, "promptctl.toml") for problem in error.problems)
    missing = [Missing(about=it.code, why=it.message, decides=True) for it in findings]
    return Shown(
        root=context.directory, report=failed_report(findings), findings=findings, tests=CiTests(missing=missing)
    )


def _reports(context: Context, result: CiResult, gate: GateContext, *, untrusted: bool) -> tuple[EvalReport, ...]:
    """Of each suite that was run, without a time."""
    from dataclasses import replace

    from promptctl.workflows.eval_report import report_of
    from promptctl.workflows.kept_evidence import Shelf
    from promptctl.workflows.untrusted import ruled_by

    repository, shelf = context.repository, None
    if untrusted and result.base.commit:
        repository, shelf = ruled_by(repository, result.base.commit), Shelf(kept=())
    results = (found.result for found in result.evals if found.result)
    return tuple(replace(report_of(repository, it, gate, shelf), time="") for it in results)


def _tests(result: CiResult, evals: tuple[EvalReport, ...]) -> CiTests:
    from promptctl.reports.ci_junit import CiTests, Missing

    stopped = [
        Missing(about=f"suite {it.prompt}", why=it.sentence, decides=True)
        for it in result.evals
        if it.result is None and it.outcome != "unknown"
    ]
    missing = [
        Missing(about=f"{it.kind} {it.prompt}" if it.prompt else it.kind, why=it.text, decides=it.decides)
        for it in result.unjudged
    ]
    return CiTests(
        prompts=result.lint.prompts,
        lint=result.lint.findings,
        lock=result.lock,
        evals=evals,
        missing=[*stopped, *missing],
    )


def write_files(files: Mapping[Path, str], shown: Shown) -> None:
    """Writes the files that are wished for. Raises OutsideError when the disk refuses."""
    write_reports(files, REPORTS, shown)


def write_step(files: Mapping[Path, str], shown: Shown, outputs: Mapping[str, str]) -> None:
    """The summary of a GitHub step, and its outputs: those given, and where each file is."""
    from promptctl.adapters.github import append_outputs, append_summary
    from promptctl.reports.ci_markdown import ci_markdown

    append_summary(os.environ, ci_markdown(shown.report))
    append_outputs(os.environ, {**outputs, **{f"{kind}-file": str(path) for path, kind in files.items()}})


def _junit(shown: Shown) -> bytes:
    from promptctl.reports.ci_junit import ci_junit

    assert shown.tests is not None
    return ci_junit(shown.tests)


def _sarif(shown: Shown) -> bytes:
    from promptctl.cli.sarif_text import sarif_text

    return sarif_text(shown.root, shown.findings).encode()


def _markdown(shown: Shown) -> bytes:
    from promptctl.reports.ci_markdown import ci_markdown

    return ci_markdown(shown.report).encode("utf-8", "replace")


def _comment(shown: Shown) -> bytes:
    from promptctl.reports.ci_markdown import ci_comment

    return ci_comment(shown.report).encode("utf-8", "replace")


REPORTS: Mapping[str, Callable[[Shown], bytes]] = {
    "junit": _junit,
    "sarif": _sarif,
    "markdown": _markdown,
    "comment": _comment,
}
