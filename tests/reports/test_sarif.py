"""SARIF: the shape that its schema asks for, the sizes that services take, and text that cannot get out."""

from __future__ import annotations

import gzip
import json
import re
from random import Random
from typing import Any

import pytest

from promptctl.core.lint.finding import Finding, Level
from promptctl.core.lint.rules import RULES, found
from promptctl.errors import Place
from promptctl.reports.sarif import MAX_COMPRESSED, MAX_RESULTS, MAX_TEXT, sarif_log


def log(*findings: Finding) -> dict[str, Any]:
    lines = {"prompts/a/prompt.yaml": ["1:1", "2:1", "3:1"]}
    made: dict[str, Any] = json.loads(sarif_log(findings, "1.2.3", lines))
    return made


def error(code: str, level: Level = "error", place: Place = Place("f")) -> Finding:
    return Finding(code=code, level=level, message="m", place=place)


def test_the_shape_of_a_log() -> None:
    made = log(found("L001", "no", Place("prompts/a/prompt.yaml", 3, 5, "x: {{ a }}"), "declare it"))
    assert set(made) == {"$schema", "version", "runs"}
    assert made["version"] == "2.1.0"
    (run,) = made["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("promptctl", "1.2.3")
    assert run["results"] == [
        {
            "ruleId": "L001",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "no (declare it)"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "prompts/a/prompt.yaml", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 3, "startColumn": 5, "snippet": {"text": "x: {{ a }}"}},
                    }
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": "3:1"},
        }
    ]


def test_every_rule_is_described_and_every_result_leads_to_its_rule() -> None:
    findings = [found(rule.code, "m", Place("f")) for rule in RULES] + [error("PC011"), error("PC010")]
    (run,) = log(*findings)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*(rule.code for rule in RULES), "PC010", "PC011"]
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
    levels = {"error": "error", "warning": "warning", "notice": "note"}
    by_code = {rule.code: levels[rule.level] for rule in RULES}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == by_code.get(result["ruleId"], "error")


def test_nothing_found_is_an_empty_list_of_results() -> None:
    (run,) = log()["runs"]
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_very_many_findings_are_cut_to_the_worst_and_that_is_said() -> None:
    few: list[Finding] = [error("PC011") for _ in range(3)]
    (run,) = log(*(found("L062", "m", Place("f", n)) for n in range(1, MAX_RESULTS + 1)), *few)["runs"]
    assert len(run["results"]) == MAX_RESULTS
    assert [result["ruleId"] for result in run["results"][:4]] == ["PC011", "PC011", "PC011", "L062"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 more findings")


def long_findings(number: int) -> list[Finding]:
    """Findings whose text hardly compresses."""
    random = Random(1)
    signs = [chr(0x4E00 + it) for it in range(20_000)]
    return [found("L062", "".join(random.choices(signs, k=MAX_TEXT)), Place("f", it + 1)) for it in range(number)]


@pytest.mark.parametrize(
    ("number", "most"), [(30, 50_000), pytest.param(4_000, MAX_COMPRESSED, marks=pytest.mark.long)]
)
def test_the_compressed_file_is_bounded_and_says_what_is_left_out(number: int, most: int) -> None:
    text = sarif_log(long_findings(number), "1", most=most)
    assert most * 0.6 < len(gzip.compress(text.encode())) < most * 1.01
    (run,) = json.loads(text)["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith(f"{number - len(run['results'])} more findings")


def test_a_line_that_is_not_there_is_known_again_by_what_is_said() -> None:
    first, second, third = (
        found("L060", message, Place("gone", line)) for message, line in (("m", 1), ("m", 9), ("n", 1))
    )
    marks = [
        it["partialFingerprints"]["primaryLocationLineHash"] for it in log(first, second, third)["runs"][0]["results"]
    ]
    assert marks[0] == marks[1] != marks[2]


def test_a_place_without_a_line_is_the_first() -> None:
    (run,) = log(found("L062", "m", Place("f")))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


@pytest.mark.parametrize(
    ("file", "uri"),
    [("prompts/a b.j2", "prompts/a%20b.j2"), ("prompts/é#?.j2", "prompts/%C3%A9%23%3F.j2"), ("a\udcff.j2", "a%FF.j2")],
)
def test_files_are_relative_references(file: str, uri: str) -> None:
    (run,) = log(found("L060", "m", Place(file)))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_text_is_inert_and_bounded() -> None:
    text = sarif_log([found("L001", "\x1b[31m\u202e" + "x" * 5000, Place("f", 1, 1, "\x07\ud800"))], "1")
    assert re.search(r"[^\x20-\x7e\n]", text) is None
    assert max(len(line) for line in text.splitlines()) < MAX_TEXT + 100
