"""Finds the prompts that judge answers for a suite, as the suite pins them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import suppress
from typing import Any

from promptctl.adapters.project import Project
from promptctl.core.evals.suite import Suite
from promptctl.core.files.document import Document, Path
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.releases.version import parse_version
from promptctl.core.scorers.graded import KINDS, OWN_JUDGES, Grading, grading, judge_fault
from promptctl.core.scorers.registry import split_kind

NO_JUDGE, UNFIT_JUDGE, PINNED_OTHERWISE = "PC160", "PC161", "PC162"


def load_judges(project: Project, document: Document, suite: Suite) -> dict[str, Closure]:
    """The judges of a suite as it names them. Raises DocumentError for one that is missing, unfit or not the pinned."""
    found: dict[str, Closure] = {}
    for case in suite.cases:
        for expectation in case.expect:
            if expectation.kind in KINDS:
                wanted = grading(expectation.kind, expectation.argument)
                if wanted.prompt not in found:
                    found[wanted.prompt] = _judge(project, document, wanted)
                if fault := judge_fault(wanted, found[wanted.prompt].prompt):
                    message = f"the judge {wanted.name} {fault}"
                    raise document.error(
                        UNFIT_JUDGE, message, _place(document, wanted), f"promptctl show {wanted.name}"
                    )
    return found


def _judge(project: Project, document: Document, wanted: Grading) -> Closure:
    if wanted.name not in project.names:
        kind = wanted.name.removeprefix("judges/")
        hint = f"promptctl new --judge {kind}" if kind in (*OWN_JUDGES, "rubric") else f"promptctl new {wanted.name}"
        raise document.error(NO_JUDGE, f"there is no prompt {wanted.name} to judge", _place(document, wanted), hint)
    closure = project.closure(wanted.name)
    if wanted.pin and not _is_pinned(project, wanted, digest(closure)):
        message = f"{wanted.name} is not {wanted.pin} here but {digest(closure)}"
        hint = f"pin what is here, or bring {wanted.pin} back: promptctl diff {wanted.prompt} {wanted.name}"
        raise document.error(PINNED_OTHERWISE, message, _place(document, wanted), hint)
    return closure


def _is_pinned(project: Project, wanted: Grading, content: str) -> bool:
    if wanted.pin.startswith("sha256:"):
        return content.startswith(wanted.pin) and len(wanted.pin) > len("sha256:")
    version = parse_version(wanted.pin.removeprefix("v"))
    return version is not None and project.lock.release_digest(wanted.name, version) == content


def _place(document: Document, wanted: Grading) -> Path:
    """Where a suite first names a judge."""
    for path, kind, argument in written_arguments(document, KINDS):
        if isinstance(argument, str | dict) and grading(kind, argument).prompt == wanted.prompt:
            return path
    return ("cases",)


def written_judges(document: Document) -> Iterator[str]:
    """The names of the judges in a suite as it is written, whatever is wrong with it, without their pins."""
    with suppress(LookupError, TypeError, AttributeError):
        for _, kind, argument in written_arguments(document, KINDS):
            yield grading(kind, argument).name


def written_arguments(document: Document, kinds: Container[str]) -> Iterator[tuple[Path, str, Any]]:
    """The expectations of some kinds in a suite as it is written: where each stands, its kind and its argument."""
    for index, entry in enumerate(document.value["cases"]):
        for number, expectation in enumerate(entry["expect"]):
            for key, argument in expectation.items():
                if split_kind(key)[0] in kinds:
                    yield ("cases", index, "expect", number, key), split_kind(key)[0], argument
