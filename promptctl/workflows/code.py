"""Code that asks for prompts: what of it fails with the prompts here, and what a release would break."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from promptctl.adapters.code_files import code_files
from promptctl.adapters.project import Project
from promptctl.core.lint.code import UNREADABLE, Asked, code_findings, placed_sites, site_findings
from promptctl.core.lint.finding import Finding, tidy
from promptctl.core.lint.rules import found
from promptctl.core.lint.selection import Selection
from promptctl.core.prompts.prompt import Input, Prompt
from promptctl.errors import Place, UsageError
from promptctl.workflows.lint import LintResult

_BREAKS = ("L080", "L081", "L082")
"""What of lint's findings means that the call fails."""


def lint_code(project: Project, root: Path, paths: Sequence[str]) -> tuple[Finding, ...]:
    """What is wrong with the uses of prompts in code, by the prompts of a project."""

    @cache
    def inputs(name: str) -> Mapping[str, Input] | None:
        try:
            return project.prompt(name).inputs
        except UsageError:
            return None

    asked = Asked(names=frozenset(project.names), former=project.former, inputs=inputs)
    return tidy(_findings(root, paths, asked))


def with_code(
    result: LintResult, project: Project, root: Path, paths: Sequence[str], selection: Selection | None = None
) -> LintResult:
    """A result of lint with what is wrong in code; ``selection`` counts instead of ``[lint] ignore``.

    Raises UsageError for a path that is not there.
    """
    counting = selection or Selection(ignore=project.settings.ignored)
    found = counting.kept(lint_code(project, root, paths))
    return replace(result, findings=tidy((*result.findings, *found)))


def broken_calls(
    root: Path, paths: Sequence[str], prompts: Sequence[Prompt], gone: Collection[str] = ()
) -> Mapping[str, tuple[Finding, ...]]:
    """The uses of prompts in code that fail once these are served and those ``gone`` are not, by the prompt's name.

    Files that cannot be read are left to lint.
    """
    inputs = {prompt.name: prompt.inputs for prompt in prompts}
    former = {old: prompt.name for prompt in prompts for old in prompt.formerly}
    asked = Asked(names=frozenset(inputs), former=former, inputs=inputs.get)
    broken: dict[str, list[Finding]] = {name: [] for name in (*inputs, *gone)}
    for file, text in code_files(root, paths):
        with suppress(*UNREADABLE):
            for site, place in placed_sites(file, text) if isinstance(text, str) else ():
                name = former.get(site.prompt, site.prompt)
                if name in broken:
                    broken[name] += [it for it in site_findings(site, place, asked) if it.code in _BREAKS]
    return {name: tidy(findings) for name, findings in broken.items()}


def _findings(root: Path, paths: Sequence[str], asked: Asked) -> Iterator[Finding]:
    for file, text in code_files(root, paths):
        if isinstance(text, UsageError):
            yield found("L084", str(text), Place(file))
        else:
            yield from code_findings(file, text, asked)
