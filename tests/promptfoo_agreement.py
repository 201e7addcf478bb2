"""Compares verdicts with promptfoo's own, offline: ``python -m tests.promptfoo_agreement PROMPTFOO [REAL]``.

PROMPTFOO is a folder with promptfoo in its ``node_modules``; REAL holds published configurations below ``promptfoo``.
Each configuration is imported; the same made-up answers are judged on both sides, expectation by expectation. Prints a
line for each case; exit 1 when a verdict differs, 4 when promptfoo cannot be run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from promptctl.adapters.project import Project
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.case import Case
from promptctl.core.files.made_trees import TextTree
from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.graded import KINDS as JUDGED
from promptctl.core.scorers.registry import Expectation, score
from promptctl.errors import UsageError
from promptctl.workflows.import_prompts import read_prompts

OWN = Path(__file__).parent / "promptfoo"
KINDS = (
    "equals contains icontains contains-any contains-all icontains-any icontains-all starts-with regex "
    "is-json latency cost levenshtein"
).split()
"""promptfoo's assertions that are carried over."""

_ALWAYS = {"min": 0}
SETTINGS = {"promptctl.toml": '[evals]\nembeddings = "echo:none"\n'}
"""Suites that compare meanings name a model for it; none is asked here."""


def texts(value: Any) -> Iterator[str]:
    """Every text that an argument holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def answers(case: Case) -> list[str]:
    """Answers that some of the expectations hold for and others do not."""
    needles = [text for expectation in case.expect for text in texts(expectation.argument)]
    wanted = " ".join(needles)
    known = [wanted, wanted.upper(), *needles[:2], "Hello world", "hello WORLD, be kind", "", '{"a": 1}', "nothing {"]
    return (known + [""] * 9)[:9]


def key(case: Case) -> str:
    """The values of a case as promptfoo's side spells them."""
    values = {**case.row, **case.inputs}
    return json.dumps(dict(sorted(values.items())), ensure_ascii=False, separators=(",", ":"))


def ours(case: Case, answer: str) -> list[bool | None]:
    """What each expectation says of an answer; None when it cannot tell."""
    given = Answer(text=answer, inputs=case.inputs, row=case.row, latency_ms=10.0, cost=0.001)
    return [_verdict(expectation, given) for expectation in case.expect if expectation.argument != _ALWAYS]


def _verdict(expectation: Expectation, answer: Answer) -> bool | None:
    try:
        return score(expectation, answer).passed
    except ScorerFault:
        return None


def theirs(promptfoo: Path, config: Path, runs: list[dict[str, str]]) -> list[list[dict[str, Any]]]:
    """promptfoo's verdicts, a list for each run. Raises OSError or CalledProcessError when it cannot be run."""
    with tempfile.TemporaryDirectory() as home:
        quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_CONFIG_DIR": home}
        done = subprocess.run(
            ["node", str(OWN / "verdicts.mjs"), str(promptfoo), str(config)],
            input=json.dumps({"kinds": KINDS, "runs": runs}).encode(),
            env=os.environ | quiet,
            capture_output=True,
            check=True,
            timeout=300,
        )
    found: list[list[dict[str, Any]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(promptfoo: Path, config: Path) -> Iterator[tuple[str, int, int]]:
    """A line for each case of a configuration, with how many verdicts agree and how many there are."""
    cases = _cases(config)
    if not cases:
        return
    asked = [answers(case) for case in cases]
    runs = [{key(case): given[number] for case, given in zip(cases, asked, strict=True)} for number in range(9)]
    agreed, differing, total = defaultdict[str, int](int), defaultdict[str, list[str]](list), defaultdict[str, int](int)
    for number, results in enumerate(theirs(promptfoo, config, runs)):
        by_values = defaultdict[str, list[Any]](list)
        for result in results:
            by_values[result["values"]].append(result["verdicts"])
        for case, given in zip(cases, asked, strict=True):
            found = ours(case, runs[number][key(case)])
            candidates = [verdicts for verdicts in by_values[key(case)] if len(verdicts) == len(found)]
            total[case.name] += len(found)
            if not candidates:
                differing[case.name].append("promptfoo judged other assertions")
                continue
            for expectation, mine, (kind, passed) in zip(case.expect, found, candidates[0], strict=False):
                agreed[case.name] += mine is passed
                if mine is not passed:
                    differing[case.name].append(
                        f"{kind} {expectation.argument!r} of {given[number]!r}: {mine}, {passed}"
                    )
    for case in cases:
        shown = "".join(f"\n      {line[:200]}" for line in differing[case.name][:5])
        yield (
            f"    {case.name}: {agreed[case.name]} of {total[case.name]} verdicts agree{shown}",
            agreed[case.name],
            total[case.name],
        )


def _cases(config: Path) -> list[Case]:
    """The cases of the first prompt of a configuration that expect something of an answer, and ask no model for it."""
    try:
        prompts, _ = read_prompts(config)
    except UsageError:
        return []
    suite = load_suite(Project(TextTree({**prompts[0].files, **SETTINGS})), prompts[0].name)
    said = [case for case in (suite.suite.cases if suite else ()) if any(e.argument != _ALWAYS for e in case.expect)]
    return [case for case in said if not any(e.kind in {*JUDGED, "similar"} for e in case.expect)]


def main(arguments: list[str]) -> int:
    """Prints the agreement for each case, configuration by configuration."""
    if len(arguments) not in (1, 2):
        print("usage: python -m tests.promptfoo_agreement PROMPTFOO [REAL]", file=sys.stderr)
        return 2
    promptfoo, *real = map(Path, arguments)
    configs = [OWN / "promptfooconfig.yaml"]
    configs += [path for folder in real for path in sorted((folder / "promptfoo").rglob("promptfooconfig*.yaml"))]
    agreed = total = 0
    for config in configs:
        try:
            lines = list(compare(promptfoo, config))
        except (OSError, subprocess.SubprocessError, ValueError) as fault:
            said = getattr(fault, "stderr", b"") or b""
            print(f"promptfoo could not be run: {fault}\n{said.decode()[-800:]}", file=sys.stderr)
            return 4
        print(f"{config.parent.name}/{config.name}" + ("" if lines else ": no assertions to compare"), flush=True)
        for line, same, number in lines:
            print(line, flush=True)
            agreed, total = agreed + same, total + number
    print(f"{agreed} of {total} verdicts agree")
    return 0 if agreed == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
