"""``python -m tests.fuzz [TARGET…] [--minutes 60] [--keep FOLDER]``: fuzzes each target for its share of the time.

Prints what each target ran and found; exits 1 when something was found. ``FOLDER`` keeps the inputs that reached new
code, so that the next run starts from them, and those that were found, as ``found-TARGET-…``.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import MOST_BYTES, TARGETS, beginnings, module_of

SECONDS, MEBIBYTES = 60, 512
"""What one input may take; counting branches makes templates about ten times as slow as they are."""


@dataclass(kw_only=True)
class Fuzzed:
    """How a target did; ``covered`` counts the branches that were reached."""

    target: str
    executions: int = 0
    covered: int = 0
    mebibytes: int = 0
    slowest: int = 0
    found: int = 0

    def line(self) -> str:
        return (
            f"{self.target:<20} {self.executions:>10} {self.covered:>8} "
            f"{self.slowest:>7} s {self.mebibytes:>6} MiB {self.found:>6}"
        )


def main() -> int:
    """Runs, prints, and gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=60, help="for all targets together")
    parser.add_argument("--keep", type=Path, help="where inputs are kept")
    options = parser.parse_args()
    chosen = options.targets or list(TARGETS)
    print(f"{'target':<20} {'executions':>10} {'branches':>8} {'slowest':>9} {'memory':>10} {'found':>6}", flush=True)
    done = []
    with tempfile.TemporaryDirectory(prefix="promptctl-fuzz-") as scratch:
        for target in chosen:
            done.append(fuzz(target, options.minutes * 60 / len(chosen), options.keep or Path(scratch)))
            print(done[-1].line(), flush=True)
    print(f"{sum(fuzzed.executions for fuzzed in done)} executions, {sum(fuzzed.found for fuzzed in done)} found")
    return int(any(fuzzed.found for fuzzed in done))


def fuzz(target: str, seconds: float, keep: Path) -> Fuzzed:
    """Fuzzes one target for a time, anew after each find."""
    corpus = keep / target
    corpus.mkdir(parents=True, exist_ok=True)
    for data in beginnings(target):
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    fuzzed = Fuzzed(target=target)
    deadline = time.monotonic() + seconds
    while (left := round(deadline - time.monotonic())) > 0:
        ran = _run(target, left, corpus, keep / f"found-{target}-")
        _count(fuzzed, ran.stdout)
        if ran.returncode:
            fuzzed.found += 1
            print(f"{target}: found\n{_said(ran.stdout)}", flush=True)
    return fuzzed


def _run(target: str, seconds: int, corpus: Path, found: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.one",
        module_of(target),
        target,
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS}",
    ]
    command += [f"-rss_limit_mb={MEBIBYTES}", f"-max_len={MOST_BYTES}", "-print_final_stats=1"]
    return subprocess.run(
        [*command, f"-artifact_prefix={found}", str(corpus)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _count(fuzzed: Fuzzed, said: str) -> None:
    """Adds what libFuzzer said; a run that ended by a crash says how far it came in its last status line only."""
    counts = [int(count) for count in re.findall(r"^#(\d+)\s", said, re.MULTILINE)]
    fuzzed.executions += max(counts, default=0)
    fuzzed.covered = max([fuzzed.covered, *(int(count) for count in re.findall(r" cov: (\d+)", said))])
    fuzzed.mebibytes = max([fuzzed.mebibytes, *(int(size) for size in re.findall(r" rss: (\d+)Mb", said))])
    fuzzed.slowest = max([fuzzed.slowest, *(int(time) for time in re.findall(r"slowest_unit_time_sec:\s+(\d+)", said))])


def _said(said: str) -> str:
    """The end of what a run said, without libFuzzer's own progress."""
    return "\n".join(line for line in said.splitlines() if not re.match(r"#\d|INFO|NEW_FUNC", line))[-4000:]


if __name__ == "__main__":
    sys.exit(main())
