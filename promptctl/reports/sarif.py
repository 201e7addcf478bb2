"""Lint findings as SARIF 2.1.0, the format of code scanning services and editors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from promptctl.core.lint.finding import LEVELS, Finding
from promptctl.core.lint.rules import RULES, Rule
from promptctl.core.safe_text import safe_text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 5_000
"""As many as code scanning shows of a run."""
MAX_TEXT = 1_000
"""Characters of one message."""
_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}


def sarif_log(findings: Sequence[Finding], version: str) -> str:
    """The log of one run as JSON. Of very many findings the worst are in it, and it says how many are not."""
    worst = sorted(findings, key=lambda finding: LEVELS.index(finding.level))[:MAX_RESULTS]
    rules = [*map(_rule, RULES), *_error_rules(worst)]
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    driver = {"name": "promptctl", "version": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(len(findings) - len(worst))],
        "results": [_result(finding, indexes[finding.code]) for finding in worst],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=True, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.why, "markdown": rule.why},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _error_rules(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A rule for each error that stops other commands."""
    codes = sorted({finding.code for finding in findings} - {rule.code for rule in RULES})
    text = "An error that stops every other command."
    return [{"id": code, "shortDescription": {"text": text}, "fullDescription": {"text": text}} for code in codes]


def _invocation(left_out: int) -> dict[str, Any]:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{left_out} more findings, none worse than these, are left out"
    note = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [note]}


def _result(finding: Finding, index: int) -> dict[str, Any]:
    place = finding.place
    hint = f" ({finding.hint})" if finding.hint else ""
    region: dict[str, Any] = {"startLine": place.line or 1}
    if place.column:
        region["startColumn"] = place.column
    if place.excerpt and place.line:
        region["snippet"] = {"text": safe_text(place.excerpt)}
    uri = quote(place.file, safe="/", errors="surrogateescape")
    location = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.level],
        "message": {"text": safe_text(finding.message + hint)[:MAX_TEXT]},
        "locations": [{"physicalLocation": location}],
    }
