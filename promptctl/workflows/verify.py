"""``verify``: do tag objects, content, trailers and locks agree about every release?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.core.drift import Drift
from promptctl.core.reference import parse_reference
from promptctl.errors import UsageError
from promptctl.workflows.releases import Release, find_tag
from promptctl.workflows.tag_drift import tag_report


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """``releases`` hold; ``findings`` are what does not."""

    releases: tuple[Release, ...]
    findings: tuple[Drift, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


def verify(repository: Repository, references: Sequence[str] = ()) -> VerifyResult:
    """Checks all releases, those of some prompts, or single ones (``NAME@VERSION``).

    Raises UsageError for references that name no release, StateError where tags are not in this clone.
    """
    wanted = [parse_reference(text) for text in references]
    for reference in wanted:
        if reference.ref != "work":
            if reference.version is None:
                raise UsageError(
                    "PC003", f"{reference} names no version", hint=f"promptctl verify {reference.name}@1.0.0"
                )
            find_tag(repository, reference.name, reference.version)
        elif reference.name not in repository.work.names:
            repository.work.find(reference.name)
    report = tag_report(repository, {reference.name for reference in wanted} or None)
    single = {(reference.name, reference.version) for reference in wanted if reference.version}
    if not single:
        return VerifyResult(releases=report.releases, findings=report.findings)
    return VerifyResult(
        releases=tuple(found for found in report.releases if (found.name, found.version) in single),
        findings=tuple(found for found in report.findings if (found.prompt, found.version) in single),
    )
