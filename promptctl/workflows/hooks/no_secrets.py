"""Finds what looks like a secret in staged files of any kind: prompts, cases, replies, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptctl.core.files.document import Document
from promptctl.core.lint.finding import Finding, tidy
from promptctl.core.lint.ignore import Ignore
from promptctl.core.lint.ignores import MARK, partial_ignores, yaml_ignores
from promptctl.core.lint.rules import found as finding_of
from promptctl.core.lint.text import secret_findings
from promptctl.core.secrets import known_values
from promptctl.errors import Place, UsageError
from promptctl.workflows.hooks.staged import HookResult, Staged

_HINT = "revoke it, then take it out: what is committed stays in history"


def judge(found: Staged) -> HookResult:
    """One finding a likely secret, and one a value of this environment that its variable's name calls a secret."""
    tree = found.tree
    paths = sorted(found.paths & set(tree.files()))
    findings = [finding for path in paths for finding in _secrets(tree.read(path), path, found.environment)]
    return HookResult(findings=tidy(findings), judged=f"{len(paths)} file{'' if len(paths) == 1 else 's'}")


def _secrets(data: bytes, path: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    document = Document(path, None, {}, data.decode("utf-8", "replace").replace("\r\n", "\n"))
    ignores = list(_ignores(document)) if MARK in document.text else []
    for finding in secret_findings(document):
        if not any(ignore.covers(finding) for ignore in ignores):
            yield finding
    for value in known_values(environment):
        if value in document.text:
            start = document.text.index(value)
            line = document.text.count("\n", 0, start) + 1
            # Without the line's text, which would show the value.
            place = Place(path, line, start - document.text.rfind("\n", 0, start))
            yield finding_of("L031", "a secret of this environment stands here", place, _HINT)


def _ignores(document: Document) -> Iterator[Ignore]:
    if document.file.endswith(".j2"):
        yield from partial_ignores(document)
    elif document.file.endswith(".yaml"):
        from promptctl.adapters.files import parse_yaml
        from promptctl.adapters.yaml_tokens import yaml_tokens

        try:
            parse_yaml(document.text.encode(), document.file)
        except UsageError:
            return
        yield from yaml_ignores(document, yaml_tokens(document.text))
