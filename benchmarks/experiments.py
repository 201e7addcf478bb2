"""Rows on reports of experiments over ten million calls of a million units: against SQL by hand with its libraries."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.many_events import CALLS, EXPERIMENT
from benchmarks.references import promptctl
from benchmarks.reports import ENGINES, MOST_MIB, TITLES, run_measured
from benchmarks.row import Measured, Row

_SETTINGS = '[repository]\ndefault_branch = "main"\nstate = "main"\n[environments.prod]\ngate = false\n'
_PLAN = f"""\
experiment: triage-tone
prompt: support/triage
environment: prod
hypothesis: A friendlier tone resolves more tickets.
unit: user
arms:
  - {{name: control, version: 1.2.0, percent: 50}}
  - {{name: friendly, version: 1.3.0, percent: 50}}
metrics:
  primary: {{metric: "quality:resolved", direction: increase}}
  guardrails:
    - {{metric: error_rate, direction: decrease, margin: 0.01}}
    - {{metric: latency_p95, direction: decrease, margin: 0.2}}
  secondary:
    - {{metric: cost, direction: decrease}}
design: {{minimum_effect: 0.02, baseline: 0.6, sample: 2000000}}
state: running
started: 2025-08-01T00:00:00Z
counting: {{since: "2025-08-01T00:00:00Z", sample: 2000000, plan: "sha256:{"0" * 64}", counted: "sha256:{"0" * 64}"}}
"""


@contextmanager
def _repository() -> Iterator[Path]:
    """A repository whose experiment runs, as far as a report looks at it."""
    with tempfile.TemporaryDirectory(prefix="promptctl-benchmark-") as name:
        folder = Path(name)
        (folder / "prompts/experiments").mkdir(parents=True)
        (folder / "promptctl.toml").write_text(_SETTINGS)
        (folder / "prompts/experiments/triage-tone.yaml").write_text(_PLAN)
        git = ["git", "-C", str(folder), "-c", "user.name=b", "-c", "user.email=b@example.org"]
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "An experiment"]):
            subprocess.run([*git, *words], check=True, capture_output=True)
        yield folder


@contextmanager
def _store(engine: str) -> Iterator[str]:
    if engine == "postgresql":
        with EXPERIMENT.postgresql() as url:
            yield url
    else:
        yield f"sqlite:{EXPERIMENT.sqlite()}" if engine == "sqlite" else str(EXPERIMENT.parquet())


def _measure(engine: str) -> Callable[[int], Measured]:
    def measure(rounds: int) -> Measured:
        times: dict[str, list[float]] = {"ours": [], "by hand": []}
        largest = 0.0
        with _store(engine) as store, _repository() as folder:
            ours = [*promptctl("experiment", "report", "triage-tone"), "--store", store, "--json", "-C", str(folder)]
            by_hand = [sys.executable, "-m", "benchmarks.by_hand", "experiment", engine, store, "0"]
            # The first round fills the system's caches.
            for number in range(rounds + 1):
                for name, line in (("ours", ours), ("by hand", by_hand)):
                    milliseconds, mebibytes = run_measured(line)
                    times[name] += [milliseconds] if number else []
                    largest = max(largest, mebibytes) if name == "ours" else largest
        middle = {name: sorted(found)[len(found) // 2] for name, found in times.items()}
        note = "" if largest <= MOST_MIB else f"more than {MOST_MIB} MiB"
        return Measured(ours=middle["ours"], reference=middle["by hand"], details={"MiB": largest}, note=note)

    return measure


ROWS = tuple(
    Row(
        key=f"experiment-report-{engine}",
        group="experiments",
        title=f"`experiment report`, {CALLS:,} calls, {TITLES[engine]}",
        target="<= 1.5x the SQL written by hand + import of tea-tasting, <= 500 MiB",
        limit=1.5,
        measure=_measure(engine),
        rounds=1,
    )
    for engine in ENGINES
)
