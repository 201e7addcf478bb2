"""JUnit as CI systems read it: what may stand where, failures and errors apart, and only characters that XML has."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from promptctl.reports.eval_junit import eval_junit
from promptctl.reports.junit import MAX_TEXT
from tests.eval_reports import MODEL, OTHER, many, report, sample
from tests.hostile_texts import HOSTILE

ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": set("name id package hostname timestamp tests failures errors time".split()),
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "system-out": set(),
    "system-err": set(),
}
"""What both common schemas of JUnit files know."""


def parsed(data: bytes) -> ET.Element:
    root = ET.fromstring(data)
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]
    for suite in root:
        assert [child.tag for child in suite if child.tag != "testcase"] == ["properties", "system-out", "system-err"]
        assert next(child.tag for child in suite) == "properties"
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.attrib["errors"]) == sum(case.find("error") is not None for case in cases)
        assert all(len(case) <= 1 and float(case.attrib["time"]) >= 0 for case in cases)
    return root


def test_a_case_for_each_case_and_model_and_one_for_the_gate() -> None:
    now = [sample("a"), sample("b", "fail"), sample("c", "error"), sample("a", model=OTHER)]
    texts = {"now/m-1/b/0": "no idea"}
    found = report(now, texts=texts, reasons={("b", MODEL, 0): ("contains: the answer lacks 'x'",)})
    (suite,) = parsed(eval_junit([found]))
    cases = {(it.attrib["classname"], it.attrib["name"]): it for it in suite.findall("testcase")}
    assert set(cases) == {
        ("support/triage", "gate"),
        ("support/triage.m-1", "a"),
        ("support/triage.m-1", "b"),
        ("support/triage.m-1", "c"),
        ("support/triage.m-2", "a"),
    }
    failure, error = cases["support/triage.m-1", "b"][0], cases["support/triage.m-1", "c"][0]
    assert (failure.tag, failure.attrib) == ("failure", {"message": "contains: the answer lacks 'x'", "type": "fail"})
    assert failure.text == "answer 1: fail\ncontains: the answer lacks 'x'\nno idea"
    assert (error.tag, error.attrib["message"]) == ("error", "HTTP 500 from the provider")
    assert cases["support/triage", "gate"][0].attrib["message"].startswith("fail: 2 of 4 cases pass")
    assert (suite.attrib["timestamp"], suite.attrib["time"]) == ("2026-11-21T12:00:00", "1.500")


def test_the_properties_say_what_was_tested() -> None:
    (suite,) = parsed(eval_junit([report([sample("a")], [sample("a", side="before")])]))
    found = {it.attrib["name"]: it.attrib["value"] for it in suite.iter("property")}
    assert found["outcome"] == "pass"
    assert found["baseline"] == "prod (1.0.0)"
    assert (found["latency_p95.before"], found["latency_p95.now"]) == ("300", "500")
    assert found["cost_usd"] == "0.000100"


def test_no_text_leaves_its_place() -> None:
    for text in HOSTILE:
        now = sample(text, "fail")
        found = report([now], texts={now.replies[0].key: text}, reasons={(text, MODEL, 0): (text,)}, reference=text)
        assert [it.tag for it in parsed(eval_junit([found])).iter()].count("testcase") == 2


@given(st.text(st.characters(), max_size=40))
def test_only_characters_of_xml_remain(text: str) -> None:
    (suite,) = parsed(eval_junit([report([sample(text, "fail")], reference=text)]))
    assert len(suite.findall("testcase")) == 2


def test_long_texts_are_cut_and_say_so() -> None:
    now = sample("a", "fail")
    data = eval_junit([report([now], texts={now.replies[0].key: "x" * 50_000})])
    assert b"characters are left out)" in data
    assert len(data) < 2 * MAX_TEXT


def test_many() -> None:
    assert len(parsed(eval_junit([many(300), many(3)]))) == 2
