"""Runs the program under watch: every program it starts, every connection; and, thoroughly, by the kernel's account."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.forking import AUDIT, forked

_PROGRAM = re.compile(r'execve\("([^"]*)", \[(.*)\], .* = 0')
_CONNECT = re.compile(r"connect\(\d+, \{sa_family=(AF_INET6?), (.*)\}")
_MEASURE = """
import json, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([code, used.ru_utime + used.ru_stime, used.ru_maxrss], file)
"""
"""Between this process and what it runs: a process counts the memory of who started it as its own."""
_OWN = re.compile(r"/promptctl-program-[^/]+/[^/]+$")
"""Where a program lies that the team's suite names, when it is run."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """How a watched run ended. ``programs`` are those it started, each with its arguments, connections among them.

    ``seconds`` of the processor and ``memory`` in MiB are measured where the run started as users start it.
    """

    code: int
    out: str
    err: str
    programs: tuple[tuple[str, ...], ...]
    seconds: float = 0.0
    memory: int = 0

    def strange(self, python: str) -> Iterator[str]:
        """What was started that has no business there: only git with its own helpers, and the team's programs."""
        for program, *arguments in self.programs:
            name = Path(program).name
            judge = program == python and len(arguments) == 2 and _OWN.search(arguments[1])
            helper = name in ("git", "git-upload-pack", "git-rev-list", "git-index-pack", "git-unpack-objects")
            shell = name == "sh" and arguments[1:2] == ["-c"] and "git-upload-pack '" in arguments[2]
            if not (judge or helper or shell):
                yield " ".join([program, *arguments])[:300]


def run_watched(
    line: Sequence[str], folder: Path, environment: Mapping[str, str], *, thorough: bool = False
) -> Started:
    """Runs ``promptctl`` in a folder; ``thorough`` starts it as users do, under strace, and measures it."""
    if thorough:
        return _traced(line, folder, environment)
    with tempfile.NamedTemporaryFile("r") as log:
        known = {**environment, "PYTHONWARNINGS": "error", AUDIT: log.name}
        ended = forked(line, folder, b"", known) or forked(line, folder, b"", known)
        ended = ended or forked(line, folder, b"", known) or forked(line, folder, b"", known)
        assert ended, "the environment is not that of this process"
        programs = tuple(tuple(entry.split("\0")) for entry in log.read().split("\n") if entry)
    code, out, err = ended
    return Started(code=code, out=out.decode(), err=err.decode(), programs=programs)


def _traced(line: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Started:
    program = shutil.which("promptctl", path=str(Path(sys.executable).parent))
    assert program, "the program is not installed beside its Python"
    with tempfile.TemporaryDirectory(prefix="watched-") as place:
        log = Path(place) / "trace"
        trace = ["strace", "-f", "-qq", "-s", "4096", "-e", "trace=execve,connect", "-o", str(log)]
        with (Path(place) / "out").open("w+b") as out, (Path(place) / "err").open("w+b") as err:
            watching = [sys.executable, "-IS", "-c", _MEASURE, str(Path(place) / "used"), *trace, program, *line]
            subprocess.run(
                watching, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=True
            )
            texts = [Path(stream.name).read_bytes().decode("utf-8", "replace") for stream in (out, err)]
        programs = tuple(_traced_programs(log.read_text(errors="replace"), program))
        code, seconds, memory = json.loads((Path(place) / "used").read_text())
    return Started(code=code, out=texts[0], err=texts[1], programs=programs, seconds=seconds, memory=memory >> 10)


def _traced_programs(text: str, program: str) -> Iterator[tuple[str, ...]]:
    for line in text.splitlines():
        if found := _PROGRAM.search(line):
            words = re.findall(r'"((?:[^"\\]|\\.)*)"', found[2])
            if found[1] != program:
                yield (found[1], *words)
        elif found := _CONNECT.search(line):
            yield ("connect", found[2])
