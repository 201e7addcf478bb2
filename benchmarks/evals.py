"""Rows on evals: a suite against a loop of bare calls and against promptfoo, all on one loopback server, in turns.

promptfoo is looked for in the folder that ``PROMPTFOO`` names (where ``npm install promptfoo`` was run).
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.fast_import import ENVIRONMENT, git
from benchmarks.launcher import Run, launched
from benchmarks.references import PYTHON, promptctl
from benchmarks.repositories import kept_in
from benchmarks.row import Measured, Row

_PROMPT = 'inputs: {number: {type: string}}\ntemplate: "Is ticket {{ number }} ok?"\n'
_SUITE = "cases:\n  - dataset: cases.jsonl\n    expect: [{icontains: ok}]\n"
_SETTINGS = """\
[repository]
default_branch = "main"

[providers.bench]
kind = "openai"
base_url = "%s"
models = ["m-*"]
concurrency = %d
"""
_QUIET = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "NO_COLOR": "1"}
_MISSING = "no promptfoo that asks each case once: name its folder with --promptfoo"
_RUNNING = ExitStack()
atexit.register(_RUNNING.close)


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Medians of each contestant's runs by name; promptfoo is missing where it is not installed."""

    runs: Mapping[str, Run]
    cases: int

    def details(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, run in self.runs.items():
            found |= {f"{name} s": run.wall, f"{name} processor s": run.processor, f"{name} MiB": run.memory}
        return found


@cache
def _server() -> str:
    """The URL of a server that lives as long as this process."""
    process = subprocess.Popen([PYTHON, "-m", "benchmarks.model_server"], stdout=subprocess.PIPE, text=True)
    _RUNNING.callback(process.wait)
    _RUNNING.callback(process.terminate)
    assert process.stdout is not None
    return f"http://127.0.0.1:{int(process.stdout.readline())}"


def _asked() -> int:
    with urllib.request.urlopen(f"{_server()}/count") as answer:  # noqa: S310
        return int(answer.read())


@cache
def _registry(cases: int, at_once: int, delay: str = "") -> Path:
    """A registry with one prompt and a suite of so many cases, trusted here."""
    folder = kept_in() / f"evals-{cases}-{at_once}{delay}"
    make_suite(folder, "m-1", cases)
    (folder / "promptctl.toml").write_text(_SETTINGS % (_server() + (f"/{delay}" if delay else ""), at_once))
    subprocess.run(promptctl("trust"), cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    return folder


def make_suite(folder: Path, model: str, cases: int) -> None:
    """Makes a registry with one prompt and a suite of so many cases, in the place of an earlier one."""
    shutil.rmtree(folder, ignore_errors=True)
    prompt = folder / "prompts" / "triage"
    prompt.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (prompt / "prompt.yaml").write_text(f"model: {model}\n{_PROMPT}")
    (prompt / "eval.yaml").write_text(_SUITE)
    rows = (json.dumps({"name": f"case {number}", "number": str(number)}) for number in range(cases))
    (prompt / "cases.jsonl").write_text("\n".join(rows) + "\n")


def _forget(folder: Path) -> None:
    """As if nothing had ever been asked."""
    for kept in ("evidence", "replies"):
        shutil.rmtree(folder / "prompts" / "triage" / kept, ignore_errors=True)
    shutil.rmtree(Path(ENVIRONMENT["XDG_CACHE_HOME"]) / "promptctl", ignore_errors=True)


def _promptfoo_line(cases: int, at_once: int, folder: Path) -> list[str] | None:
    installed = os.environ.get("PROMPTFOO")
    program = Path(installed or "none") / "node_modules" / ".bin" / "promptfoo"
    if not installed or not program.exists():
        return None
    tests = [{"vars": {"number": str(n)}, "assert": [{"type": "icontains", "value": "ok"}]} for n in range(cases)]
    provider = {"id": "openai:chat:m-1", "config": {"apiBaseUrl": _server(), "apiKey": "none"}}
    written = {"prompts": ["Is ticket {{ number }} ok?"], "providers": [provider], "tests": tests}
    config = folder.parent / f"{folder.name}.promptfoo.json"
    config.write_text(json.dumps(written))
    quiet = ["--no-cache", "--no-write", "--no-table", "--no-progress-bar"]
    return [str(program), "eval", "-c", str(config), "-j", str(at_once), *quiet]


def _run_once(line: Sequence[str], folder: Path, codes: tuple[int, ...] = (0,)) -> Run:
    """Raises RuntimeError for an exit code that is not expected: what fails fast must not look fast."""
    home = {"PROMPTFOO_CONFIG_DIR": str(kept_in() / "promptfoo")}
    run = launched(line, folder, ENVIRONMENT | _QUIET | home, subprocess.DEVNULL)
    if run.code not in codes:
        raise RuntimeError(f"{' '.join(line)} ended with {run.code} in {folder}")
    return run


@cache
def _contest(cases: int, at_once: int, rounds: int) -> Contest:
    """All contestants in turns, each on a suite that nobody was asked before."""
    folder = _registry(cases, at_once)
    lines = {
        "ours": promptctl("eval", "triage"),
        "bare": [PYTHON, "-m", "benchmarks.bare_loop", _server(), str(cases), str(at_once)],
        "promptfoo": _promptfoo_line(cases, at_once, folder),
    }
    runs: dict[str, list[Run]] = {name: [] for name, line in lines.items() if line}
    _asked()
    for _ in range(rounds):
        for name, found in runs.items():
            _forget(folder)
            # promptfoo may trip over its own log when all is done; the calls are counted below.
            codes = (0, 1) if name == "promptfoo" else (0,)
            found.append(_run_once(lines[name] or (), Path.cwd() if name == "bare" else folder, codes))
            if (asked := _asked()) == cases:
                continue
            if name != "promptfoo":
                raise RuntimeError(f"{name} asked {asked} times for {cases} cases")
            found.clear()
    return Contest(runs={name: _median(found) for name, found in runs.items() if found}, cases=cases)


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        code=0,
        wall=statistics.median(run.wall for run in runs),
        processor=statistics.median(run.processor for run in runs),
        memory=statistics.median(run.memory for run in runs),
    )


def _against(reference: str, cases: int, at_once: int) -> Callable[[int], Measured | str]:
    """Our wall time against another's."""

    def measure(rounds: int) -> Measured | str:
        found = _contest(cases, at_once, rounds)
        if reference not in found.runs:
            return _MISSING
        ours, theirs = found.runs["ours"].wall, found.runs[reference].wall
        return Measured(ours=ours * 1000, reference=theirs * 1000, details=found.details())

    return measure


def _processor(rounds: int) -> Measured:
    """Processor time a case, against 1.5 ms."""
    found = _contest(1000, 100, rounds)
    return Measured(ours=found.runs["ours"].processor, reference=1.5, details=found.details())


def _memory(rounds: int) -> Measured:
    """The most memory at 1,000 cases in MiB, against 120."""
    found = _contest(1000, 20, rounds)
    return Measured(ours=found.runs["ours"].memory, reference=120, details=found.details(), note="MiB, not ms")


def _growth(rounds: int) -> Measured:
    """The most memory at 100,000 cases, which is as many as a suite may have, in MiB, against 120; without delay."""
    runs = {}
    for cases in (1000, 10_000, 100_000):
        folder, found = _registry(cases, 50, "0"), []
        for _ in range(rounds):
            _forget(folder)
            found.append(_run_once(promptctl("eval", "triage"), folder))
        runs[cases] = _median(found)
    details = {f"{cases} cases s": run.wall for cases, run in runs.items()}
    details |= {f"{cases} cases MiB": run.memory for cases, run in runs.items()}
    return Measured(ours=runs[100_000].memory, reference=120, details=details, note="MiB, not ms")


def _again(rounds: int) -> Measured:
    """An unchanged suite of 1,000 cases again, less a command that finds nothing to do; against 1 ms a case."""
    folder = _registry(1000, 20)
    _forget(folder)
    _run_once(promptctl("eval", "triage"), folder)
    _asked()
    again = _median([_run_once(promptctl("eval", "triage"), folder) for _ in range(rounds)])
    if asked := _asked():
        raise RuntimeError(f"an unchanged suite was asked for {asked} times")
    start = statistics.median(_start(folder) for _ in range(rounds))
    details = {"whole s": again.wall, "start s": start, "asked": 0.0}
    return Measured(ours=(again.wall - start) * 1000, reference=1000, details=details)


def _start(folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(promptctl("eval", "nothing"), cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)
    return time.perf_counter() - started


def _row(key: str, title: str, target: str, limit: float, measure: Callable[[int], Measured | str], rounds: int) -> Row:
    return Row(key=key, group="eval", title=title, target=target, limit=limit, measure=measure, rounds=rounds)


ROWS = (
    _row("eval-1", "eval, 1 case", "<= 1/3 of promptfoo", 1 / 3, _against("promptfoo", 1, 1), 5),
    _row("eval-200-bare", "eval, 200 cases, 20 at once", "<= 1.3x bare", 1.3, _against("bare", 200, 20), 3),
    _row("eval-200", "eval, 200 cases, 20 at once", "<= 1/3 of promptfoo", 1 / 3, _against("promptfoo", 200, 20), 3),
    _row("eval-1000-4", "eval, 1,000 cases, 4 at once", "<= 1.05x bare", 1.05, _against("bare", 1000, 4), 3),
    _row("eval-1000-20-bare", "eval, 1,000 cases, 20 at once", "<= 1.25x bare", 1.25, _against("bare", 1000, 20), 3),
    _row(
        "eval-1000-20",
        "eval, 1,000 cases, 20 at once",
        "<= 1/3 of promptfoo",
        1 / 3,
        _against("promptfoo", 1000, 20),
        3,
    ),
    _row(
        "eval-1000-100",
        "eval, 1,000 cases, 100 at once",
        "<= 1/2 of promptfoo",
        0.5,
        _against("promptfoo", 1000, 100),
        3,
    ),
    _row("eval-processor", "eval, 1,000 cases, 100 at once: processor", "<= 1.5 ms a case", 1.0, _processor, 3),
    _row("eval-memory", "eval, memory at 1,000 cases", "<= 120 MiB", 1.0, _memory, 3),
    _row("eval-growth", "eval, memory at 100,000 cases", "<= 1.5x 120 MiB", 1.5, _growth, 1),
    _row("eval-again", "unchanged suite again, 1,000 cases, after start", "<= 1 ms a case, 0 calls", 1.0, _again, 5),
)
