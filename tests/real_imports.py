"""Imports published files of other tools: ``python -m tests.real_imports REAL``.

REAL holds the folders ``promptfoo``, ``prompty``, ``dotprompt``, ``github-models`` and ``fabric`` as published. Prints
for each file what became of it. Exit 1 when a prompt that was imported does not lint, does not render, or is not laid
out as ``fmt`` has it; a file that is refused with a message is no failure.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from promptctl.adapters.project import Project
from promptctl.adapters.suites import load_suite
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.json_schemas.sample import sample
from promptctl.core.prompts.binding import Binding
from promptctl.core.prompts.render import Rendering
from promptctl.errors import UsageError
from promptctl.workflows.fmt import fmt
from promptctl.workflows.import_prompts import Brought, read_prompts, require_valid
from tests.support import build_files

PATTERNS = {
    "promptfoo": "**/promptfooconfig*.yaml",
    "prompty": "**/*.prompty",
    "dotprompt": "**/*.prompt",
    "github-models": "**/*.prompt.yml",
    "fabric": "**/*.md",
}


def files(real: Path) -> Iterator[Path]:
    """The files to import, family by family."""
    for family, pattern in PATTERNS.items():
        yield from sorted((real / family).glob(pattern))


def fault(prompt: Brought, folder: Path) -> str | None:
    """What is wrong with an imported prompt, written below ``folder``."""
    build_files(folder, prompt.files)
    project = Project(WorkTree(folder))
    if fmt(project, [prompt.name]).files:
        return "fmt would lay it out in another way"
    closure, suite = project.closure(prompt.name), load_suite(project, prompt.name)
    made_up = {name: sample(found, 0) for name, found in closure.prompt.inputs.items() if found.required}
    for given in [made_up, *(case.inputs for case in (suite.suite.cases if suite else ()))]:
        Binding(closure.prompt.inputs).values(given)
        try:
            Rendering(closure).messages(given)
        except UsageError as error:
            if given is not made_up or not _wants_fields(error):
                return f"render: {error}"
    return None


def _wants_fields(error: UsageError) -> bool:
    """Whether a made-up mapping merely lacks a field that the template reads."""
    return "has no attribute" in str(error)


def report(real: Path) -> tuple[list[str], bool]:
    """A line for each file, a count at the end, and whether all is well."""
    lines, counts, ok = [], Counter[str](), True
    for path in files(real):
        shown = path.relative_to(real)
        try:
            prompts, dropped = read_prompts(path)
            for prompt in prompts:
                require_valid(prompt)
        except UsageError as error:
            counts["refused"] += 1
            lines.append(f"refused   {shown}: {error.problem.place}: [{error.code}] {error}".replace(f"{real}/", ""))
            continue
        with tempfile.TemporaryDirectory() as folder:
            faults = [found for prompt in prompts if (found := fault(prompt, Path(folder)))]
        ok = ok and not faults
        counts["imported with something left out" if dropped else "imported whole"] += 1
        left_out = f", {len(dropped)} things left out" if dropped else ""
        lines.append(f"imported  {shown}: {len(prompts)} prompt{'s' * (len(prompts) != 1)}{left_out}")
        lines += [f"          {problem.place}: {problem.message}".replace(f"{real}/", "") for problem in dropped]
        lines += [f"   WRONG  {found}" for found in faults]
    return [*lines, ", ".join(f"{number} {what}" for what, number in counts.items())], ok


def main(arguments: list[str]) -> int:
    """Prints the report."""
    if len(arguments) != 1:
        print("usage: python -m tests.real_imports REAL", file=sys.stderr)
        return 2
    lines, ok = report(Path(arguments[0]))
    print("\n".join(lines))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
