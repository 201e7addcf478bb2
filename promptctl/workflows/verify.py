"""``verify``: do tag objects, content, trailers and locks agree about every release?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.moves.drift import Drift
from promptctl.core.name import check_name
from promptctl.core.releases.reference import Reference, parse_reference
from promptctl.core.releases.version import Version
from promptctl.errors import UsageError
from promptctl.workflows.release_tags import find_tag
from promptctl.workflows.releases import Release
from promptctl.workflows.tag_drift import TagReport, tag_report


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """``releases`` hold; ``findings`` are what does not."""

    releases: tuple[Release, ...]
    findings: tuple[Drift, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


def verify(repository: Repository, references: Sequence[str] = (), *, signatures: bool = False) -> VerifyResult:
    """Checks all releases, those of some prompts, or single ones (``NAME@VERSION``); with ``signatures`` also who
    signed their tags, and the last moves of pointers.

    Raises UsageError for references that name no release, StateError where tags are not in this clone.
    """
    wanted = [parse_reference(text) for text in references]
    for reference in wanted:
        if reference.ref != "work" and reference.version is None:
            message, hint = f"{reference} names no version", f"promptctl verify {reference.name}@1.0.0"
            raise UsageError("PC003", message, hint=hint)
    report = tag_report(repository, {check_name(reference.name) for reference in wanted} or None)
    for reference in wanted:
        _require_known(repository, report, reference)
    releases = tuple(found for found in report.releases if _asked(wanted, found.name, found.version))
    findings = [*report.findings, *(_signatures(repository, releases) if signatures else ())]
    return VerifyResult(
        releases=releases,
        findings=tuple(found for found in findings if _asked(wanted, found.prompt, found.version)),
    )


def _signatures(repository: Repository, releases: Sequence[Release]) -> Iterator[Drift]:
    from promptctl.workflows.signed import unsigned_moves, unsigned_releases

    yield from unsigned_releases(repository, releases)
    yield from unsigned_moves(repository, read_state(repository))


def _asked(wanted: Sequence[Reference], name: str, version: Version | None) -> bool:
    return not wanted or any(one.name == name and one.version in (None, version) for one in wanted)


def _require_known(repository: Repository, report: TagReport, reference: Reference) -> None:
    """Raises UsageError or StateError for what has neither a release nor a finding."""
    known = [(found.name, found.version) for found in report.releases]
    known += [(found.prompt, found.version) for found in report.findings if found.version]
    if reference.version and (reference.name, reference.version) not in known:
        find_tag(repository, reference.name, reference.version)
    if reference.name not in {name for name, _ in known}:
        repository.work.find(reference.name)
