"""``export``: writes a prompt as another tool keeps it, and reads it back to see that nothing was lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.import_files import source_of
from promptctl.adapters.new_files import write_new_files
from promptctl.adapters.repository import Repository
from promptctl.adapters.suites import load_suite
from promptctl.core.exporting.exported import Subject
from promptctl.core.exporting.reading_back import differences
from promptctl.core.exporting.registry import FORMATS, Format
from promptctl.core.importing import registry
from promptctl.core.importing.node import Node
from promptctl.core.suggestion import suggest
from promptctl.errors import Problem, UsageError, first_problems
from promptctl.workflows.resolve import Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """``text`` is the file's; ``dropped`` names what of the prompt it does not say; ``ok``: nothing, or it may be.

    ``suite_stays``: there is a suite, and the format holds no tests. ``written`` is the path of the file, if any.
    """

    name: str
    format: str
    text: str
    dropped: tuple[Problem, ...]
    ok: bool
    suite_stays: bool = False
    written: str | None = None


def export(
    repository: Repository, reference: str, form: str, *, output: Path | None = None, lossy: bool = False
) -> ExportResult:
    """The prompt in a format. Writes ``output`` when nothing is lost or ``lossy`` allows it.

    Raises UsageError for a format that there is none of, for what it cannot say at all, and for a file that is there.
    """
    if form not in FORMATS:
        hint = suggest(form, FORMATS) or f"--format: {', '.join(FORMATS)}"
        raise UsageError(registry.UNKNOWN_FORMAT, f"nothing is exported as `{form}`", hint=hint)
    resolved = resolve(repository, reference)
    subject = _subject(resolved, FORMATS[form])
    exported = FORMATS[form].write(subject)
    dropped = [*exported.dropped, *_lost(subject, exported.text, form, exported.dropped)]
    ok = lossy or not dropped
    if ok and output is not None:
        write_new_files(output.parent, {output.name: exported.text.encode()})
    has_suite = f"prompts/{resolved.name}/eval.yaml" in resolved.project.tree.files()
    return ExportResult(
        name=resolved.name,
        format=form,
        text=exported.text,
        dropped=first_problems(dropped),
        ok=ok,
        suite_stays=has_suite and not FORMATS[form].tests,
        written=output.as_posix() if ok and output is not None else None,
    )


def _subject(resolved: Resolved, form: Format) -> Subject:
    """The prompt with its suite, where the format holds tests."""
    document = resolved.project.document(f"prompts/{resolved.name}/eval.yaml") if form.tests else None
    loaded = load_suite(resolved.project, resolved.name) if document else None
    return Subject(
        closure=resolved.closure,
        suite=loaded.suite if loaded else None,
        suite_node=Node(document) if document and loaded else None,
    )


def _lost(subject: Subject, text: str, form: str, named: tuple[Problem, ...]) -> list[Problem]:
    """What does not come back when the text is imported, beyond what is named already."""
    prompt = subject.closure.prompt
    source = source_of(text.encode(), FORMATS[form].file, None)
    found = registry.FORMATS[form].read(source)
    lines = {problem.place.line for problem in named if problem.place}
    lost = differences(prompt, found.prompts[0].value, form)
    return [problem for problem in lost if problem.place is None or problem.place.line not in lines]
