"""Reads what a clone holds with plain Git: the other pair of eyes that promptctl is compared with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.core.prompts.canonical import digest
from promptctl.errors import UsageError
from tests.support import GitRepository
from tests.truth.plain_files import (
    APPROVALS,
    is_pointer,
    last_move,
    place_of,
    read_approval,
    read_experiments,
    read_lock,
    read_moves,
    read_pointer,
)
from tests.truth.seen import FOLDER, PLANS, Place, Seen, Shared, Tag

MIRROR = "refs/promptctl/remote/origin/tags/prompts/"
TAGS = "refs/tags/prompts/"
_OBJECT = "%(refname)%00%(objectname)%00%(*objectname)%00%(contents)%00%(tag)%01"
_BLOBS: dict[str, str] = {}
_TREES: dict[str, dict[str, str]] = {}
_DIGESTS: dict[tuple[tuple[str, str], ...], dict[str, str | None]] = {}
_SHARED: dict[str, Shared] = {}
_HISTORY: dict[str, frozenset[str]] = {}


def look(repository: GitRepository) -> Seen:
    """Everything that status and drift of a clone speak of."""
    main = repository.git("rev-parse", "refs/remotes/origin/main")
    unsent, meets = _kept(repository, repository, main)
    files = _work_files(repository.folder)
    return Seen(
        work=digests(files),
        lock=read_lock(files.get("prompts/prompts.lock")),
        plans=read_experiments(files),
        shared=shared(repository, main),
        tags=_tags(repository, TAGS, [main, *_fixes(repository)]),
        mirror=_tags(repository, MIRROR, [main, *_fixes(repository)]),
        unsent=unsent,
        meets=meets,
        clean=repository.git("--no-optional-locks", "status", "--porcelain") == "",
    )


def after_fetch(clone: GitRepository, bare: GitRepository) -> Seen:
    """What the clone would hold had it just asked the remote for main and the release tags."""
    main = bare.git("rev-parse", "refs/heads/main")
    unsent, meets = _kept(clone, bare, main)
    mirror = _tags(bare, TAGS, [main, *_fixes(clone)])
    return replace(look(clone), shared=shared(bare, main), mirror=mirror, unsent=unsent, meets=meets)


def _kept(clone: GitRepository, there: GitRepository, main: str) -> tuple[tuple[str, ...], bool]:
    """The commands recorded in the clone only, and whether ``main``, as ``there`` has it, moved the same files."""
    unsent = clone.git("rev-parse", "-q", "--verify", "refs/promptctl/unsent/main", check=False)
    if not unsent or unsent in _history(there, main):
        return (), False
    objects = clone.folder / ".git" / "objects"

    def git(*arguments: str) -> list[str]:
        variables = os.environ | {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
        command = ["git", "-C", str(there.folder), *arguments]
        return subprocess.run(command, env=variables, capture_output=True, check=True, text=True).stdout.split("\n")

    said = git("log", "--reverse", "--format=%(trailers:key=Promptctl-Op,valueonly)", f"{main}..{unsent}")
    ours, theirs = (set(git("diff", "--name-only", f"{main}...{unsent}", "--", FOLDER, PLANS)),
                    set(git("diff", "--name-only", f"{unsent}...{main}", "--", FOLDER, PLANS)))  # fmt: skip
    return tuple(line for line in said if line), bool((ours & theirs) - {""})


def shared(repository: GitRepository, commit: str) -> Shared:
    """What one commit of the state branch says; read once a commit."""
    if commit not in _SHARED:
        files = _files(repository, commit)
        below = {path.removeprefix(f"{FOLDER}/"): text for path, text in files.items() if path.startswith(FOLDER)}
        _SHARED[commit] = Shared(
            lock=read_lock(files.get("prompts/prompts.lock")),
            prompts=digests(files),
            pointers={place_of(path): read_pointer(path, text) for path, text in below.items() if is_pointer(path)},
            approvals=frozenset(read_approval(text) for path, text in below.items() if APPROVALS in path),
            moves={place_of(path): read_moves(text) for path, text in below.items() if path.endswith(".moves.jsonl")},
            last={place_of(path): last_move(text) for path, text in below.items() if path.endswith(".moves.jsonl")},
            serials=_serials(repository, commit),
            frozen=frozenset(path.split("/")[0] for path in below if path.endswith("/_freeze.yaml")),
            experiments=read_experiments(files),
            files=files,
        )
    return _SHARED[commit]


def digests(files: Mapping[str, str]) -> dict[str, str | None]:
    """The digest of each prompt among some files; None for one that cannot be read."""
    texts = {path: text for path, text in files.items() if path.endswith(("prompt.yaml", ".j2"))}
    key = tuple(sorted(texts.items()))
    if key not in _DIGESTS:
        project = Project(TextTree(texts))
        _DIGESTS[key] = {name: _digest(project, name) for name in project.names}
    return dict(_DIGESTS[key])


def _digest(project: Project, name: str) -> str | None:
    try:
        return digest(project.closure(name))
    except UsageError:
        return None


def _work_files(folder: Path) -> dict[str, str]:
    found = (path for path in (folder / "prompts").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def _files(repository: GitRepository, commit: str) -> dict[str, str]:
    """Every file below ``prompts/`` of a commit; each tree and blob is read once."""
    if commit not in _TREES:
        listing = repository.git("ls-tree", "-r", "-z", "--full-tree", commit, "--", "prompts").split("\0")
        _TREES[commit] = {path: facts.split()[2] for facts, _, path in (one.partition("\t") for one in listing if one)}
    _read(repository, _TREES[commit].values())
    return {path: _BLOBS[blob] for path, blob in _TREES[commit].items()}


def _read(repository: GitRepository, blobs: Iterable[str]) -> None:
    """Reads the blobs that nobody asked for yet, in one process."""
    wanted = sorted(set(blobs) - _BLOBS.keys())
    if not wanted:
        return
    asked = "".join(f"{blob}\n" for blob in wanted).encode()
    command = ["git", "-C", str(repository.folder), "cat-file", "--batch"]
    rest = subprocess.run(command, input=asked, capture_output=True, check=True).stdout
    for blob in wanted:
        head, _, rest = rest.partition(b"\n")
        size = int(head.split()[2])
        _BLOBS[blob], rest = rest[:size].decode(), rest[size + 1 :]


def _history(repository: GitRepository, commit: str) -> frozenset[str]:
    if commit not in _HISTORY:
        _HISTORY[commit] = frozenset(repository.git("rev-list", commit).split())
    return _HISTORY[commit]


def _serials(repository: GitRepository, commit: str) -> dict[Place, int]:
    """The highest serial that any commit of the history has in each pointer, or in its moves where it was removed."""
    listing = repository.git("log", "-m", "--full-history", "--raw", "--no-abbrev", "--no-renames", "--format=%x00",
                             commit, "--", FOLDER)  # fmt: skip
    found: dict[Place, int] = {}
    for one in listing.split("\0"):
        lines = [line.split("\t") for line in one.splitlines() if line]
        blobs = {path.removeprefix(f"{FOLDER}/"): facts.split()[3] for facts, path in lines}
        present = {path: blob for path, blob in blobs.items() if set(blob) != {"0"}}
        _read(repository, present.values())
        for path in filter(is_pointer, blobs):
            moves = path.removesuffix(".yaml") + ".moves.jsonl"
            pointer = _written_serial(_BLOBS[present[path]]) if path in present else 0
            last = _BLOBS[present[moves]].splitlines()[-1:] if path not in present and moves in present else []
            serial = json.loads(last[0])["serial"] if last and last[0].startswith('{"serial":') else 0
            found[place_of(path)] = max(found.get(place_of(path), 0), pointer, serial)
    return found


def _written_serial(text: str) -> int:
    lines = [line for line in text.splitlines() if line.startswith("serial: ")]
    return int(lines[0].removeprefix("serial: ")) if lines else 0


def _fixes(clone: GitRepository) -> list[str]:
    """The commits of the remote's hotfix branches as a clone last saw them: promptctl itself fetches none."""
    return clone.git("for-each-ref", "--format=%(objectname)", "refs/remotes/origin/hotfix/").split()


def _tags(repository: GitRepository, prefix: str, tips: Sequence[str]) -> dict[tuple[str, str], Tag]:
    written = repository.git("for-each-ref", f"--format={_OBJECT}", prefix)
    return {
        key: tag
        for one in written.split("\1")
        if one.strip("\n")
        for key, tag in [_tag(repository, one.strip("\n"), prefix, tips)]
    }


def _tag(repository: GitRepository, written: str, prefix: str, tips: Sequence[str]) -> tuple[tuple[str, str], Tag]:
    ref, object_id, peeled, message, inner = written.split("\0")
    name, _, version = ref.removeprefix(prefix).rpartition("@v")
    commit = peeled or object_id
    files = _files(repository, commit)
    lines = message.splitlines()
    said = next((line.removeprefix("Digest: ") for line in lines if line.startswith("Digest: ")), None)
    own = read_lock(files.get("prompts/prompts.lock"))
    tag = Tag(
        object_id=object_id,
        calls_itself=inner or None,
        claims=said,
        holds=digests(files).get(name),
        own=own[name]["releases"].get(version) if own and name in own else None,
        landed=any(commit in _history(repository, tip) for tip in tips),
    )
    return (name, version), tag
