"""Code that asks for prompts: what of it fails with the prompts here, and what a release would break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.code_files import code_files
from promptctl.adapters.project import Project
from promptctl.core.lint.code import Asked, code_findings
from promptctl.core.lint.finding import Finding, tidy
from promptctl.core.lint.rules import found
from promptctl.core.prompt import Input
from promptctl.errors import Place, UsageError

if TYPE_CHECKING:
    from promptctl.workflows.releases import Release


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


def broken_calls(root: Path, paths: Sequence[str], release: Release) -> tuple[Finding, ...]:
    """The uses of one prompt in code that fail once its release is served."""
    prompt = release.closure.prompt
    asked = Asked(
        names=frozenset({release.name}),
        former=dict.fromkeys(prompt.formerly, release.name),
        inputs=lambda _: prompt.inputs,
    )
    return tuple(finding for finding in tidy(_findings(root, paths, asked)) if finding.code in ("L081", "L082"))


def _findings(root: Path, paths: Sequence[str], asked: Asked) -> Iterator[Finding]:
    for file, text in code_files(root, paths):
        if isinstance(text, UsageError):
            yield found("L084", str(text), Place(file))
        else:
            yield from code_findings(file, text, asked)
