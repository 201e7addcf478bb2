"""``eval --report``, ``eval show``, ``eval compare`` and annotations, as people, CI systems and programs get them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from promptctl.reports import eval_data
from tests.evals import FOLDER, NAME, PROMPT, Registry, cases, registry
from tests.golden import golden
from tests.support import build_files

SUITE = cases("ok one", "no two", "ok three", gate={"pass_rate": {"min": 0.5}, "against": "prod"})
WORSE = PROMPT.replace('template: "', 'template: "please ').replace(
    "{{ ticket }}", "{{ ticket | replace('ok', 'on') }}"
)


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE, stage=_promoted) as found:
        build_files(found.folder, {f"{FOLDER}/prompt.yaml": WORSE})
        yield found


def _promoted(found: Registry) -> None:
    found.promoted("1.0.0")


def steady(text: str) -> str:
    """Without what differs between runs: times, digests of evidence, and columns that are as wide as these."""
    text = re.sub(r'("latency_ms"|"latency_p95"): [0-9.]+', r"\1: 1", text)
    text = re.sub(r"\b\d+ ms", "1 ms", re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text))
    text = re.sub(r'"metric": "latency_p95",\s+"before": [0-9.]+,\s+"now": [0-9.]+', '"metric": "latency_p95"', text)
    return re.sub(r"(latency_p95`?) .*", r"\1 …", re.sub(r"(?<=\S) {2,}", "  ", text))


def test_reports_are_written_also_when_the_gate_says_no(it: Registry) -> None:
    ran = it.refused(
        "eval", "--report", "junit=out/junit.xml,html=out/evals.html", "--report", "markdown=evals.md", code=1
    )
    assert "passed in the baseline, fail now: ok one, ok three" in ran.out
    (suite,) = ET.fromstring((it.folder / "out/junit.xml").read_bytes())
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"]) == ("4", "4", "0")
    page = (it.folder / "out/evals.html").read_text()
    assert "<ins>PLEASE ON</ins> ONE" in page or "PLEASE" in page
    assert page.count("▼ lost") >= 2
    golden("eval/report.md", steady((it.folder / "evals.md").read_text()))


def test_a_report_that_cannot_be_written_stops_before_anything_is_asked(it: Registry) -> None:
    (it.folder / "folder").mkdir()
    (it.folder / "folder/out").symlink_to(it.folder.parent)
    for wish in ("pdf=x", "html", "html=", "html=a,junit=a", "html=folder", "html=folder/out/x"):
        it.refused("eval", "--report", wish, code=2, error="PC152")
    it.refused("eval", "--report", f"html={it.folder}/folder/out/x", code=2, error="PC152")
    assert not (it.folder.parent / "x").exists()
    assert it.asked == 0


def test_show(it: Registry) -> None:
    it.refused("eval", code=1)
    assert it.asked == 3
    golden("eval/show.txt", steady(it.done("eval", "show", NAME).out))
    golden("eval/show-case.txt", steady(it.done("eval", "show", NAME, "--case", "ok*").out))
    golden("eval/show.json", steady(it.done("eval", "show", NAME, "--case", "ok one", "--json").out))
    assert it.asked == 0


def test_what_people_see_is_not_made_for_programs_too(it: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    it.refused("eval", code=1)

    def much(*_: object) -> None:
        raise AssertionError("a hundred megabytes, at 100,000 cases")

    monkeypatch.setattr(eval_data, "eval_data", much)
    assert "ok three" in it.done("eval", "show", NAME).out
    assert "ok three" in it.done("eval", "compare", f"{NAME}@prod", NAME).out


def test_compare(it: Registry) -> None:
    it.refused("eval", code=1)
    golden("eval/compare.txt", steady(it.done("eval", "compare", f"{NAME}@prod", NAME, "--report", "html=c.html").out))
    golden(
        "eval/compare.json", steady(it.done("eval", "compare", f"{NAME}@prod", NAME, "--case", "ok one", "--json").out)
    )
    assert "▼ lost" in (it.folder / "c.html").read_text()


def test_annotations(it: Registry) -> None:
    golden("eval/github.txt", it.refused("eval", "--format", "github", code=1).out)
    assert it.refused("eval", "--format", "json", code=1).data["prompts"][0]["outcome"] == "fail"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("show", NAME, "--filter", "ok*"), "PC001"),
        (("show", NAME, "--replies", "live"), "PC001"),
        (("compare", NAME), "PC001"),
        (("compare", NAME, NAME, "--against", "prod"), "PC001"),
        (("verify", "--report", "html=x"), "PC001"),
        (("--case", "ok*"), "PC001"),
        (("show@work",), "PC002"),
        (("--format", "yaml"), "PC001"),
        (("show", "support/tirage"), "PC002"),
    ],
)
def test_what_makes_no_sense_is_refused(it: Registry, arguments: tuple[str, ...], error: str) -> None:
    it.refused("eval", *arguments, code=2, error=error)
    assert it.asked == 0


def test_a_case_that_is_not_there_is_named(it: Registry) -> None:
    it.refused("eval", code=1)
    it.refused("eval", "show", NAME, "--case", "ok onne", code=2, error="PC069")
