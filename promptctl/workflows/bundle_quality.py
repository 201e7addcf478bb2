"""What a bundle says of how live answers are scored: by the suites of the default branch, whose settings count too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.models.request import compact_json
from promptctl.core.prompts.canonical import canonical, digest, spelled_digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.reporting.sampling import live_share
from promptctl.errors import UsageError

_SHELF = "expected"
Expected = Mapping[str, Any]


def expected_of_all(
    repository: Repository, names: Iterable[str]
) -> tuple[dict[str, Expected], dict[str, str], list[str]]:
    """By prompt what a bundle holds of its suite, the judges' canonical forms by digest, and what could not be read.

    Nothing where ``[quality] sample`` is 0. A prompt without a suite, or whose cases have nothing in common, has none.
    """
    quality = repository.settings.quality
    if not live_share(quality):
        return {}, {}, []
    judges, found = quality.get("judges") is True, dict[str, Expected]()
    forms: dict[str, str] = {}
    faults: list[str] = []
    for name in sorted(names):
        said, spelled, fault = _known(repository, name, judges=judges)
        faults += [f"{name} is not scored: {fault}"] if fault else []
        forms |= spelled
        if said["expect"]:
            found[name] = said
    return found, forms, faults


def _known(repository: Repository, name: str, *, judges: bool) -> tuple[Expected, dict[str, str], str | None]:
    """The same for one prompt, known once it was read for a commit."""
    commit = repository.default_commit
    key = f"{commit} {judges} {name}"
    known = repository.facts.get(_SHELF, key) if commit else None
    # Applications are given these forms: each is hashed again.
    if isinstance(known, list) and all(spelled_digest(text) == called for called, text in known[1].items()):
        return known[0], known[1], known[2]
    made = _read(repository.policy, name, judges=judges)
    if commit:
        repository.facts.put(_SHELF, key, list(made))
    return made


def _read(project: Project, name: str, *, judges: bool) -> tuple[Expected, dict[str, str], str | None]:
    from promptctl.adapters.suites import load_suite
    from promptctl.core.evals.suite import expectation_form
    from promptctl.core.reporting.online import online_reading
    from promptctl.core.scorers.graded import KINDS, grading

    said: dict[str, Any] = {"expect": [], "judges": {}}
    forms: dict[str, str] = {}
    try:
        loaded = load_suite(project, name) if project.has(name) else None
    except UsageError as error:
        return said, forms, str(error)
    if loaded is None:
        return said, forms, None
    for expectation in online_reading(loaded.suite, judges=judges).expectations:
        said["expect"].append(expectation_form(expectation))
        if expectation.kind in KINDS:
            called = grading(expectation.kind, expectation.argument).prompt
            said["judges"][called] = digest(loaded.judges[called])
            forms |= dict(_forms(loaded.judges[called]))
    said["judges"] = dict(sorted(said["judges"].items()))
    return said, forms, None


def _forms(closure: Closure) -> Iterator[tuple[str, str]]:
    yield digest(closure), compact_json(canonical(closure))
