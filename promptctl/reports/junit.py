"""JUnit XML as CI systems read it: suites of cases that pass, fail, could not be judged, or were left out.

GitLab takes 30 MB of a file, 250,000 elements and attributes, and one case of each name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from promptctl.core.safe_text import safe_text

MAX_TEXT = 10_000
"""Characters of one text: CI systems drop files that are too large."""
MAX_BYTES = 25_000_000
MAX_CASES = 20_000
_LESS_TEXT, _LEAST_TEXT = 1_000, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class JunitCase:
    """One case by class and name; ``kind`` and ``message`` say how it ended, None where it passed."""

    classname: str
    name: str
    kind: Literal["failure", "error", "skipped"] | None = None
    message: str = ""
    type: str = ""
    text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JunitSuite:
    """Cases: those that there is no room for are the last. ``timestamp`` is ISO 8601 without a zone."""

    name: str
    package: str
    cases: Sequence[JunitCase]
    timestamp: str = "1970-01-01T00:00:00"
    properties: Mapping[str, str] = field(default_factory=dict)
    output: str = ""


def junit(suites: Sequence[JunitSuite], most: int = MAX_BYTES) -> bytes:
    """The document, UTF-8, not more than ``most`` bytes. Characters that XML cannot hold are spelled out.

    Where there is no room texts are cut first, and cases that come last are left out then.
    """
    cases = MAX_CASES
    for longest in (MAX_TEXT, _LESS_TEXT):
        data = _document(suites, longest, cases)
        if len(data) <= most:
            return data
    while len(data := _document(suites, _LEAST_TEXT, cases)) > most and cases:
        cases //= 2
    return data


def _document(suites: Sequence[JunitSuite], longest: int, cases: int) -> bytes:
    root = Element("testsuites")
    room = _room([len(suite.cases) for suite in suites], cases)
    for number, (suite, most) in enumerate(zip(suites, room, strict=True)):
        _suite(root, number, suite, longest, most)
    indent(root)
    body: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def _room(sizes: Sequence[int], cases: int) -> list[int]:
    """How many cases of each suite there is room for: what small ones leave is for the large ones."""
    found, left = [0] * len(sizes), cases
    for done, place in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        found[place] = min(sizes[place], max(1, left // (len(sizes) - done)))
        left -= found[place]
    return found


def _suite(root: Element, number: int, suite: JunitSuite, longest: int, most: int) -> None:
    kept = suite.cases[:most]
    kinds = [case.kind for case in kept]
    # As schemas of JUnit have it, skipped cases are counted nowhere but in `skipped`, which not all of them know.
    skipped = {"skipped": str(kinds.count("skipped"))} if "skipped" in kinds else {}
    element = _element(
        root, "testsuite", longest, name=suite.name, id=str(number), package=suite.package, hostname="localhost",
        timestamp=suite.timestamp, tests=str(len(kept)), failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")), time=f"{sum(case.seconds for case in kept):.3f}", **skipped,
    )  # fmt: skip
    properties = SubElement(element, "properties")
    for name, value in suite.properties.items():
        _element(properties, "property", longest, name=name, value=value)
    for case in kept:
        found = _element(
            element, "testcase", longest, classname=case.classname, name=case.name, time=f"{case.seconds:.3f}"
        )
        if case.kind == "skipped":
            _element(found, case.kind, longest, message=case.message)
        elif case.kind:
            _element(found, case.kind, longest, case.text, message=case.message, type=case.type)
    left_out = [f"{len(suite.cases) - most} more cases are left out"] if len(suite.cases) > most else []
    _element(element, "system-out", longest, "\n".join([*left_out, *([suite.output] if suite.output else [])]))
    _element(element, "system-err", longest)


def _element(parent: Element, tag: str, longest: int, text: str = "", **attributes: str) -> Element:
    found = SubElement(parent, tag, {name: _clean(value, longest) for name, value in attributes.items()})
    if text:
        found.text = _clean(text, longest)
    return found


def _clean(text: str, longest: int) -> str:
    """Text that XML 1.0 can hold: two code points remain that are no characters, once controls are spelled out."""
    cut = text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} characters are left out)"
    return safe_text(cut).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
