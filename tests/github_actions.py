"""The actions that workflows here use, played by what they do to the files of a machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.github_runner import ROOT, Runner
from tests.support import GitRepository


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a job runs: ``rights`` are those of its token, ``artifacts`` what the run keeps."""

    workspace: Path
    temporary: Path
    bare: Path
    rights: Mapping[str, str]
    github: Mapping[str, Any]
    artifacts: dict[str, Path]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that every step has."""
        github = self.github
        event = self.temporary / "event.json"
        event.write_text(json.dumps(github["event"]))
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": github["event_name"],
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_SERVER_URL": github["server_url"],
            "GITHUB_REPOSITORY": github["repository"],
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
        }


@dataclass(frozen=True, kw_only=True)
class Played:
    """How an action ended."""

    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def play(machine: Machine, uses: str, given: Mapping[str, str]) -> Played:
    """Plays an action with what it is given."""
    name, _, revision = uses.partition("@")
    assert len(revision) == 40 or revision == "COMMIT", f"{uses} is not pinned"
    return _PLAYED[name](machine, dict(given))


def _checkout(machine: Machine, given: dict[str, str]) -> Played:
    """As the action does it: what it fetches by default is one commit, on its branch or the merge of a pull request."""
    assert machine.rights.get("contents"), "without a right to read there is no checkout"
    assert given.pop("persist-credentials") == "false"
    depth, sha = given.pop("fetch-depth", "1"), machine.github["sha"]
    assert not given, given
    pull = machine.github["event_name"] == "pull_request"
    ref = "refs/remotes/pull/1/merge" if pull else "refs/remotes/origin/main"
    work = GitRepository(machine.workspace)
    work.git("init", "-q")
    work.git("remote", "add", "origin", f"file://{machine.bare}")
    if depth == "0":
        work.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    shallow = ("--no-tags", f"--depth={depth}") if depth != "0" else ()
    work.git("fetch", "-q", *shallow, "origin", f"+{sha}:{ref}")
    work.git("checkout", "-q", "--force", *(() if pull else ("-B", "main")), ref)
    # Nobody is known to Git on such a machine.
    for key in ("user.name", "user.email"):
        work.git("config", key, "")
    return Played()


def _python(machine: Machine, given: dict[str, str]) -> Played:
    assert given.keys() == {"python-version"}
    return Played()


def _upload(machine: Machine, given: dict[str, str]) -> Played:
    name, paths = given.pop("name"), given.pop("path").split()
    missing = given.pop("if-no-files-found", "warn")
    assert not given, given
    found = [path for path in (machine.workspace / it for it in paths) if path.exists()]
    if not found:
        return Played(code=int(missing == "error"), log="no files were found\n")
    folder = machine.temporary / f"artifact-{name}"
    # Files keep their folders below the one that has them all.
    above = os.path.commonpath([path.parent for path in found])
    for path in found:
        kept = folder / path.relative_to(above)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, kept)
    machine.artifacts[name] = folder
    return Played()


def _download(machine: Machine, given: dict[str, str]) -> Played:
    name, path = given.pop("name"), given.pop("path", ".")
    assert not given, given
    if name not in machine.artifacts:
        return Played(code=1, log=f"there is no artifact {name}\n")
    shutil.copytree(machine.artifacts[name], machine.workspace / path, dirs_exist_ok=True)
    return Played()


def _sarif(machine: Machine, given: dict[str, str]) -> Played:
    assert machine.rights.get("security-events") == "write"
    document = json.loads((machine.workspace / given.pop("sarif_file")).read_text())
    assert document["version"] == "2.1.0"
    assert given.keys() <= {"category"}
    return Played()


def _promptctl(machine: Machine, given: dict[str, str]) -> Played:
    github = machine.github
    runner = Runner(
        checkout=machine.workspace, temporary=machine.temporary / "action", name=github["event_name"],
        base="main" if github["event_name"] == "pull_request" else "", event=github["event"],
    )  # fmt: skip
    done = runner.run(ROOT, install="none", **given)
    return Played(code=done.code, log=done.log, summary=done.summary, outputs=done.outputs)


_PLAYED: dict[str, Callable[[Machine, dict[str, str]], Played]] = {
    "actions/checkout": _checkout,
    "actions/setup-python": _python,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "github/codeql-action/upload-sarif": _sarif,
    "OWNER/promptctl": _promptctl,
}
