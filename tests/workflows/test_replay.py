"""A prompt's life replayed as commits, each locked and released: classes and versions are what people would say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from promptctl.workflows.history import history
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.resolve import resolve
from promptctl.workflows.verify import verify
from tests.support import SETTINGS, build_files, new_repository, with_remote
from tests.versioning import PROMPT, TONE, entry_of, locked, opened, pushed, version_of

NAME = "support/triage"


@dataclass(frozen=True)
class Edit:
    """One change of a file: its text is replaced once; an empty ``old`` appends."""

    why: str
    old: str
    new: str
    change: str
    version: str
    path: str = PROMPT


START = """\
description: Routes a ticket.
model: echo:echo
parameters: {temperature: 0}
inputs:
  ticket: {type: string, maxLength: 8000}
messages:
  - role: system
    content: |
      {% include "shared/tone.j2" %}
      Answer with a queue.
  - role: user
    content: "{{ ticket }}"
"""
LIFE = [
    Edit("wording", "Answer with a queue.", "Answer with one queue.", "minor", "1.1.0"),
    Edit("another description", "Routes a ticket.", "Routes one ticket.", "none", "1.1.0"),
    Edit("a comment", "model: echo:echo", "model: echo:echo  # cheap", "none", "1.1.0"),
    Edit("an owner", "", "owner: support\n", "none", "1.1.0"),
    Edit("another model", "echo:echo", "gpt-4.1", "minor", "1.2.0"),
    Edit("another temperature", "temperature: 0", "temperature: 0.3", "minor", "1.3.0"),
    Edit("another spelling of a number", "temperature: 0.3", "temperature: 0.30", "none", "1.3.0"),
    Edit("an optional input", "inputs:\n", "inputs:\n  tone: {type: string, default: kind}\n", "minor", "1.4.0"),
    Edit("a required input", "inputs:\n", "inputs:\n  language: string\n", "major", "2.0.0"),
    Edit("the long form of a type", "language: string", "language: {type: string}", "none", "2.0.0"),
    Edit("the partial", "Be brief", "Be very brief", "minor", "2.1.0", TONE),
    Edit("a looser bound", "maxLength: 8000", "maxLength: 9000", "minor", "2.2.0"),
    Edit("a tighter bound", "maxLength: 9000", "maxLength: 500", "major", "3.0.0"),
    Edit("an answer's shape", "", "output: {type: object, properties: {queue: {type: string}}}\n", "major", "4.0.0"),
    Edit("an optional field", "{queue: {type: string}}", "{queue: {type: string}, why: {}}", "minor", "4.1.0"),
    Edit("a field less", ", why: {}", "", "major", "5.0.0"),
    Edit("an input less", "  tone: {type: string, default: kind}\n", "", "major", "6.0.0"),
    Edit("the first words again", "Answer with one queue.", "Answer with a queue.", "minor", "6.1.0"),
]


def test_a_life_in_edits(tmp_path: Path) -> None:
    start = {"promptctl.toml": SETTINGS, PROMPT: START, TONE: "Be brief.\n"}
    repository = with_remote(new_repository(tmp_path / "r", start), tmp_path / "bare.git")
    locked(repository)
    repository.commit(message="start")
    pushed(repository)
    assert [str(tag.version) for tag in release(opened(repository)).made] == ["1.0.0"]
    seen = ["1.0.0"]
    for edit in LIFE:
        path = repository.folder / edit.path
        before = path.read_text()
        assert edit.old in before, edit
        after = before.replace(edit.old, edit.new, 1) if edit.old else before + edit.new
        build_files(repository.folder, {edit.path: after})
        changes = locked(repository).changes
        assert [change.change for change in changes] == ([] if edit.change == "none" else [edit.change]), edit
        assert version_of(repository) == edit.version, edit
        assert check_lock(opened(repository)).ok, edit
        repository.commit(message=edit.why)
        pushed(repository)
        made = [str(tag.version) for tag in release(opened(repository)).made]
        assert made == ([edit.version] if edit.version not in seen else []), edit
        seen += made
    assert [str(row.version) for row in reversed(history(opened(repository), NAME).versions)] == seen
    assert len(verify(opened(repository)).releases) == len(seen) == len(entry_of(repository).releases)
    assert verify(opened(repository)).findings == ()
    digests = {version: resolve(opened(repository), f"{NAME}@{version}").digest for version in seen}
    assert digests["5.0.0"] == digests["4.0.0"], "what was added in between was taken back"
    assert len(set(digests.values())) == len(seen) - 1


def test_the_same_life_without_a_release_in_between_is_tagged_at_its_own_commits(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r", {"promptctl.toml": SETTINGS, PROMPT: START, TONE: "Be brief.\n"})
    locked(repository)
    commits = {"1.0.0": repository.commit(message="start")}
    for edit in LIFE:
        path = repository.folder / edit.path
        before = path.read_text()
        build_files(
            repository.folder, {edit.path: before.replace(edit.old, edit.new, 1) if edit.old else before + edit.new}
        )
        locked(repository)
        commits.setdefault(edit.version, repository.commit(message=edit.why))
    done = release(opened(repository))
    assert ({str(tag.version): tag.commit for tag in done.made}, done.skipped) == (commits, ())
    assert verify(opened(repository)).findings == ()
