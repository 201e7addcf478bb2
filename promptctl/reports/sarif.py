"""Findings as SARIF 2.1.0, the format of code scanning services and editors.

Sizes are those that GitHub's code scanning takes: one run, 5,000 results of it shown, a location each, and 10 MB of the
compressed file. Its other limits (20 runs, 25,000 rules, 20 tags, 1,000 locations a result) are never near.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
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
MAX_COMPRESSED = 9_000_000
"""Bytes of the file once compressed: code scanning refuses 10 MB, and programs compress a little differently."""
_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
_Lines = Mapping[str, Sequence[str]]


def sarif_log(
    findings: Sequence[Finding], version: str, lines: _Lines | None = None, most: int = MAX_COMPRESSED
) -> str:
    """The log of one run as JSON. Of very many findings the worst are in it, and it says how many are not.

    ``lines`` are the fingerprints of the lines of files (``line_hashes``), by which an alert is known again; ``most``
    bounds the compressed file.
    """
    worst = sorted(findings, key=lambda finding: LEVELS.index(finding.level))
    kept = min(len(worst), MAX_RESULTS)
    while True:
        text = _log(worst[:kept], len(worst) - kept, version, lines or {})
        size = len(text) if len(text) <= most else len(zlib.compress(text.encode()))
        if not kept or size <= most:
            return text
        kept = min(kept - 1, kept * most // size)


def _log(worst: Sequence[Finding], left_out: int, version: str, lines: _Lines) -> str:
    rules = [*map(_rule, RULES), *_other_rules(worst)]
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    driver = {"name": "promptctl", "version": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(left_out)],
        "results": [_result(finding, indexes[finding.code], lines) for finding in worst],
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


def _other_rules(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A rule for each code that is no rule of lint."""
    codes = sorted({finding.code for finding in findings} - {rule.code for rule in RULES})
    return [{"id": it, "shortDescription": {"text": _says(it)}, "fullDescription": {"text": _says(it)}} for it in codes]


def _says(code: str) -> str:
    if code == "eval":
        return "The gate of a suite says no."
    if code.startswith("PC"):
        return "An error that stops other commands."
    return "The lock does not agree with the files."


def _invocation(left_out: int) -> dict[str, Any]:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{left_out} more findings, none worse than these, are left out"
    note = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [note]}


def _result(finding: Finding, index: int, lines: _Lines) -> dict[str, Any]:
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
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(finding, lines.get(place.file, ()))},
    }


def _fingerprint(finding: Finding, lines: Sequence[str]) -> str:
    """That of the line; of what is said where there is no such line to look at."""
    line = finding.place.line or 1
    if line <= len(lines):
        return lines[line - 1]
    return hashlib.sha256(safe_text(finding.place.excerpt or finding.message).encode()).hexdigest()[:16] + ":1"
