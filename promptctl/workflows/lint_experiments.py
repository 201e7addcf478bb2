"""Lints the plans of experiments: what is wrong in them, and what they name that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptctl.adapters.experiments import experiment_names, read_experiment
from promptctl.adapters.project import Project
from promptctl.adapters.repository import read_lock
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.plan import experiment_path
from promptctl.core.experiments.plan_parsing import UNFIT
from promptctl.core.lint.finding import Finding, problem_finding
from promptctl.core.suggestion import suggest
from promptctl.errors import Problem, UsageError
from promptctl.workflows.experiment_files import edited_error


def experiment_findings(project: Project, names: Sequence[str] | None = None) -> Iterator[Finding]:
    """What is wrong with the named experiments, or with all. What they name is judged while they are drafts."""
    for name in experiment_names(project):
        if names is not None and name not in names:
            continue
        path = experiment_path(name)
        try:
            experiment = read_experiment(project, name)
            problems = tuple(_problems(project, experiment)) if experiment else ()
        except UsageError as error:
            problems = error.problems
        yield from (problem_finding(problem, path) for problem in problems)


def _problems(project: Project, experiment: Experiment) -> Iterator[Problem]:
    if experiment.state == "draft":
        yield from _missing(project, experiment)
    elif experiment.state == "running" and experiment.edited:
        error = edited_error(experiment)
        yield Problem(error.code, str(error), error.problem.place, error.hint)


def _missing(project: Project, experiment: Experiment) -> Iterator[Problem]:
    plan, document = experiment.plan, experiment.document
    known = list(project.settings.environments)
    if plan.environment not in known:
        hint = suggest(plan.environment, known) or f"environments: {', '.join(known) or 'none'}"
        yield document.problem(UNFIT, f"there is no environment `{plan.environment}`", ("environment",), hint)
    entry = read_lock(project).prompts.get(plan.prompt)
    if entry is None:
        hint = suggest(plan.prompt, list(project.names)) or "promptctl lock"
        yield document.problem(UNFIT, f"the lock has no prompt `{plan.prompt}`", ("prompt",), hint)
        return
    for index, arm in enumerate(plan.arms):
        if arm.version not in entry.releases:
            message = f"{plan.prompt} has no release {arm.version}"
            path = ("arms", index, "version")
            yield document.problem(UNFIT, message, path, f"promptctl history {plan.prompt}")
