"""Takes published prompts through the whole line, as a process each: ``python -m tests.real_line REAL [FOLDER]``.

Brings in the prompts of ``tests.real_material``, lints, locks, releases, promotes, edits, promotes again and rolls back
over a bare remote; a second clone and gto must see the same. Then replays the real edits of ``REAL/history.jsonl``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from promptctl.core.files.yaml_text import block
from tests import real_material
from tests.real_sources import escaped, slug
from tests.support import SETTINGS, GitRepository, build_files, new_repository, promptctl, succeed, with_remote

ENVIRONMENTS = ("staging", "prod")


class Line:
    """A repository with a bare remote, and what each command took."""

    def __init__(self, folder: Path, name: str) -> None:
        self.repository = new_repository(folder / name, {"promptctl.toml": SETTINGS})
        with_remote(self.repository, folder / f"{name}.git")
        self.seconds: dict[str, float] = defaultdict(float)

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> Any:
        """The data of a command that has to end with one of the exit codes."""
        started = time.monotonic()
        ran = promptctl(*arguments, "--json", cwd=self.repository.folder)
        self.seconds[arguments[0]] += time.monotonic() - started
        assert ran.code in codes, f"{' '.join(arguments)[:200]}: exit {ran.code}\n{(ran.err or ran.out)[:2000]}"
        return ran.data

    def release(self, message: str) -> Any:
        """Locks, commits, pushes and releases what the files hold."""
        self.run("lock")
        self.repository.commit(message=message)
        self.repository.git("push", "-q")
        return self.run("release")

    def said_times(self) -> str:
        return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())


def take_through(real: Path, folder: Path) -> list[str]:
    """The line with the prompts of all families; what happened. Raises AssertionError where a step goes wrong."""
    line = Line(folder, "registry")
    materials = real_material.bring_in(real, line.repository.folder)
    names = sorted(material.name for material in materials)
    findings = line.run("lint", codes=(0, 1))["findings"]
    first = line.release("bring in")
    for environment in ENVIRONMENTS:
        line.run("promote", *(f"{name}@1.0.0" for name in names), environment)
    for name in names:
        _edit(line.repository.folder / "prompts" / name / "prompt.yaml")
    second = line.release("edit all")
    for environment in ENVIRONMENTS:
        line.run("promote", *(f"{name}@1.1.0" for name in names), environment)
    for name in names:
        line.run("rollback", name, "prod", "--reason", "as before")
    seen = _seen(line.repository)
    assert {row["prompt"] for row in seen["status"]["prompts"]} == set(names)
    for row in seen["status"]["prompts"]:
        versions = {environment: served["version"] for environment, served in row["served"].items()}
        assert versions == {"staging": "1.1.0", "prod": "1.0.0"}, row
    assert _seen(line.repository.clone(folder / "second")) == seen
    return [
        f"{len(names)} prompts, lint: {_counts(' '.join((it['level'], it['code'])) for it in findings)}",
        f"released {len(first['made'])} and {len(second['made'])}; promoted to {', '.join(ENVIRONMENTS)}; rolled back",
        f"a second clone sees the same; gto: {_compare_with_gto(line.repository)}",
        line.said_times(),
    ]


def _edit(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "parameters: {temperature: 0}\n", encoding="utf-8")


def _seen(clone: GitRepository) -> dict[str, Any]:
    """What a clone says of the registry: status, drift without errors, verified releases."""
    said = {name: succeed(name, "--json", cwd=clone.folder).data for name in ("status", "drift", "verify")}
    copied: dict[str, Any] = json.loads(json.dumps(said))
    return copied


def replay(real: Path, folder: Path) -> list[str]:
    """Each real edit of some prompts as a commit, locked and released; what versions came of it."""
    line = Line(folder, "history")
    rows = [json.loads(row) for row in (real / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    versions: dict[str, list[str]] = defaultdict(list)
    unchanged = 0
    for row in rows:
        name = f"history/{slug(Path(row['file']).stem)}"
        path = f"prompts/{name}/prompt.yaml"
        text = "model: echo:echo\nmessages:\n  - role: system\n    content: " + block(escaped(row["text"]), 6) + "\n"
        build_files(line.repository.folder, {path: text})
        made = line.release(row["subject"] or "edit")["made"]
        unchanged += not made
        for tag in made:
            versions[name].append(tag["version"])
    assert sum(map(len, versions.values())) + unchanged == len(rows)
    line.run("verify")
    steps = _counts(_step(before, after) for own in versions.values() for before, after in pairwise(own))
    return [
        f"{len(rows)} edits of {len(versions)} prompts: {unchanged} changed nothing, steps: {steps}",
        *(f"  {name}: {own[0]} to {own[-1]}" for name, own in sorted(versions.items())),
        line.said_times(),
    ]


def _step(before: str, after: str) -> str:
    old, new = (tuple(map(int, version.split("."))) for version in (before, after))
    return next(kind for kind, one, other in zip(("major", "minor", "patch"), old, new, strict=True) if one != other)


def _counts(words: Iterable[str]) -> str:
    return ", ".join(f"{number} {word}" for word, number in Counter(words).most_common()) or "nothing"


def _compare_with_gto(repository: GitRepository) -> str:
    program = shutil.which("gto", path=str(Path(sys.executable).parent)) or shutil.which("gto")
    if not program:
        return "not installed"
    shown = subprocess.run([program, "show", "--json"], cwd=repository.folder, capture_output=True, check=True)
    theirs = {name: row["version"] for name, row in json.loads(shown.stdout).items()}
    ours = succeed("list", "--json", cwd=repository.folder).data["prompts"]
    assert theirs == {f"prompts/{row['name']}": f"v{row['version']}" for row in ours}
    return f"the same {len(theirs)} versions"


def main(arguments: list[str]) -> int:
    """Runs both in FOLDER, or in a folder that goes when all went well."""
    if len(arguments) not in (1, 2):
        print("usage: python -m tests.real_line REAL [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[1] if arguments[1:] else tempfile.mkdtemp(prefix="promptctl-real-"))
    for step in (take_through, replay):
        print("\n".join(step(Path(arguments[0]), folder)), flush=True)
    if not arguments[1:]:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
