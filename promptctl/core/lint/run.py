"""All rules over one prompt, over one closure, over the partials of many."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from promptctl.core.files.document import Document
from promptctl.core.lint.chains import chain_findings
from promptctl.core.lint.fields import field_findings
from promptctl.core.lint.finding import Finding, first, problem_finding
from promptctl.core.lint.includes import include_findings
from promptctl.core.lint.messages import exposure_findings, message_findings
from promptctl.core.lint.models import model_findings
from promptctl.core.lint.text import document_findings, escaped_findings
from promptctl.core.lint.variables import variable_findings
from promptctl.core.models.capability import ANYTHING, Capability
from promptctl.core.prompts.closure import SYNTAX, Closure
from promptctl.core.prompts.prompt import Prompt
from promptctl.core.prompts.template import TemplateFault, read_template
from promptctl.errors import Problem


def prompt_findings(prompt: Prompt, required: Collection[str]) -> Iterator[Finding]:
    """What can be said of a prompt file alone; ``required`` are the fields of ``[lint] require``."""
    yield from first(field_findings(prompt, required))
    yield from first(message_findings(prompt))
    yield from first(document_findings(prompt.document))
    yield from first(escaped_findings(prompt))


def closure_findings(closure: Closure, known: Capability = ANYTHING) -> Iterator[Finding]:
    """What needs the prompt's partials and steps; ``known`` is what its model takes."""
    yield from first(variable_findings(closure))
    yield from first(exposure_findings(closure))
    yield from first(include_findings(closure))
    yield from first(chain_findings(closure))
    yield from first(model_findings(closure, known))


def partial_findings(document: Document) -> Iterator[Finding]:
    """What a partial holds, whoever includes it."""
    yield from first(document_findings(document))
    try:
        read_template(document.file, document.value)
    except TemplateFault as fault:
        yield problem_finding(Problem(SYNTAX, fault.message, document.line(fault.line), fault.hint), document.file)
