"""Reports of experiments word for word, within their width, and with names that mean no good."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from promptctl import schemas
from promptctl.core.experiments.report import ExperimentReport, Verdict
from promptctl.core.json_schemas.value_schema import validator
from promptctl.reports.experiment_data import experiment_data
from promptctl.reports.experiment_markdown import experiment_markdown
from promptctl.reports.experiment_plots import boundary_plot, forest, labelled
from promptctl.reports.experiment_text import experiment_text
from tests.experiment_reports import effect, lost, running, shipped
from tests.golden import golden
from tests.hostile_texts import HOSTILE

REPORTS: dict[str, Callable[[], ExperimentReport]] = {"running": running, "shipped": shipped, "lost": lost}


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_kept_word_for_word(name: str) -> None:
    report = REPORTS[name]()
    golden(f"experiment/report-{name}.txt", experiment_text(report) + "\n")
    golden(f"experiment/report-{name}.md", experiment_markdown(report))


def test_data_is_as_its_schema_says() -> None:
    golden("experiment/report-running.json", json.dumps(experiment_data(running()), indent=2) + "\n")
    judge = validator(schemas.load("experiment-report"))
    for made in REPORTS.values():
        data = json.loads(json.dumps(experiment_data(made()), allow_nan=False))
        assert judge.is_valid(data)
        assert not judge.is_valid(data | {"verdict": "ship"})
        assert not judge.is_valid(data | {"more": 1})


@pytest.mark.parametrize("name", REPORTS)
def test_plots_fit_into_80_columns(name: str) -> None:
    report = REPORTS[name]()
    lines = [*forest(labelled(report.effects)), *boundary_plot(report)]
    assert lines
    assert max(map(len, lines)) <= 80


def test_the_verdict_comes_first() -> None:
    for made in REPORTS.values():
        report = made()
        first = experiment_text(report).split("\n")[0]
        assert first.startswith(f"{report.name}: {report.verdict.word}")
        assert experiment_markdown(report).split("\n\n")[1].count(f"**{report.verdict.word}**") == 1


def test_better_is_to_the_right_whatever_the_direction() -> None:
    less = effect("secondary", "cost", 2.0, 1.0, 0.1)
    more = effect("secondary", "calls", 1.0, 1.5, 0.05, direction="increase")
    for line in forest([("", less), ("", more)])[1:3]:
        assert line.index("●") > line.index("│")


def test_ends_beyond_the_axis_are_arrows() -> None:
    usual = [effect("secondary", "cost", 1.0, 1.0 + shift, 0.1) for shift in (0.01, 0.02, 0.03)]
    wide = effect("secondary", "latency", 1.0, 1.0, 50.0)
    lines = forest([("", it) for it in (*usual, wide)])
    assert "◀" in lines[4]
    assert "▶" in lines[4]
    assert "◀" not in "".join(lines[1:4])


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_others_are_text(text: str) -> None:
    report = lost(text)
    report = replace(report, hypothesis=text, when=text, notes=(text,))
    report = replace(report, verdict=Verdict(word="no verdict", because=text))
    for line in experiment_text(report).split("\n"):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", line)
        assert not line.startswith("::")
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", experiment_markdown(report))
    assert not re.search(r"[<\[@{]|javascript:|127\.0", outside)
