"""What people see of a run: setbacks first, then a line that counts along; nothing for programs and the quiet."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.cli.eval_progress import MOST_SETBACKS, EvalProgress, duration, setback_line, status_line
from promptctl.cli.output import Output
from promptctl.workflows.eval import EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import plan_suite
from promptctl.workflows.evaluation import Progress, Setback
from tests.evals import NAME, bench, cases, saying
from tests.servers import status

START = Progress(name="triage", done=0, total=10, failed=0, errors=0, unscored=0, under_way=0, asked=0, cost=0.0)
SETBACK = Setback(case="a", model="m", sample=1, outcome="fail", why="contains:\n\x1b[2Jno")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 0.5
        return self.now


@pytest.mark.parametrize(
    ("progress", "elapsed", "line"),
    [
        (START, 0, "triage: 0 of 10: 0 pass, 0 fail"),
        (replace(START, under_way=4), 0, "triage: 0 of 10: 0 pass, 0 fail, 4 under way"),
        (
            replace(START, done=4, failed=1, errors=2, cost=0.01234, under_way=3),
            8,
            "triage: 4 of 10: 1 pass, 1 fail, 2 errors, $0.0123, 3 under way, 12 s left",
        ),
        (replace(START, done=6, unscored=6), 60, "triage: 6 of 10: 0 pass, 0 fail, 6 to be scored, 40 s left"),
        (replace(START, done=9, total=1000), 60, "triage: 9 of 1000: 9 pass, 0 fail"),
        (replace(START, done=10, errors=1), 60, "triage: 10 of 10: 9 pass, 0 fail, 1 error"),
    ],
)
def test_the_line_that_counts_along(progress: Progress, elapsed: float, line: str) -> None:
    assert status_line(progress, elapsed) == line


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_setback_is_one_short_line() -> None:
    assert setback_line(replace(SETBACK, why="w\nx")) == "fail: a #2 (m): w x"
    assert len(setback_line(replace(SETBACK, why="long " * 99, sample=0))) == 160


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *progress: Progress, **mode: bool) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    output = Output("eval", **mode)
    output._started -= 10
    show = EvalProgress(output, Clock())
    for each in progress:
        show(each)
    return stream.getvalue()


STEPS = [START, *(replace(START, done=n, failed=n, setback=SETBACK) for n in range(1, 10))]


def test_a_terminal_shows_setbacks_above_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(), *STEPS)
    lines = [line.rpartition("\x1b[K")[2] for line in text.split("\n")]
    assert lines[:2] == ["fail: a #2 (m): contains: \\x1b[2Jno"] * 2
    assert text.count("fail: a #2") == 9
    assert lines[-1].startswith("triage: 9 of 10: 0 pass, 9 fail")
    assert max(len(line) for line in lines if line.startswith("triage")) <= 59
    assert "\x1b[2J" not in text


def test_a_flood_of_setbacks_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = [replace(START, done=n, total=99, failed=n, setback=SETBACK) for n in range(60)]
    text = shown(monkeypatch, Terminal(), *flood)
    assert text.count("fail: a #2") == MOST_SETBACKS
    assert text.count("further ones") == 1


def test_a_log_gets_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [START, *(replace(START, done=n, total=50) for n in range(1, 45))]
    lines = shown(monkeypatch, io.StringIO(), *steps).splitlines()
    assert [line.split(":")[1] for line in lines] == [" 20 of 50", " 40 of 50"]


@pytest.mark.parametrize("mode", [{"quiet": True}, {"as_json": True}])
@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_the_quiet_and_programs_get_nothing(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], mode: dict[str, bool]
) -> None:
    assert shown(monkeypatch, stream(), *STEPS * 5, **mode) == ""


def test_a_run_tells_how_it_goes(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", "no", "bad", repeat=2)) as it:
        it.server.always = lambda handler: (status(400) if "bad" in str(handler.request_body) else saying(str))(handler)
        seen: list[Progress] = []
        repository = Repository(it.folder)
        context = replace(it.context, watch=seen.append)
        evaluate_suite(repository, plan_suite(repository, NAME), EvalWish(), context)
    assert [progress.done for progress in seen] == list(range(7))
    assert seen[-1] == Progress(
        name=NAME,
        done=6,
        total=6,
        failed=2,
        errors=2,
        unscored=0,
        under_way=0,
        asked=4,
        cost=0.0,
        setback=seen[-1].setback,
    )
    assert max(progress.under_way for progress in seen) == 5
    setbacks = {(one.case, one.sample, one.outcome) for progress in seen if (one := progress.setback)}
    assert setbacks == {("no", 0, "fail"), ("no", 1, "fail"), ("bad", 0, "error"), ("bad", 1, "error")}
    assert all(progress.setback.why for progress in seen if progress.setback)
