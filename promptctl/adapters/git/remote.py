"""Talks to the shared remote: what it has, what we fetch, what we push. Only full refs and object ids cross."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from promptctl.adapters.git.branches import Head
from promptctl.adapters.git.failure import GitFailure, GitSilent
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import commit_of, list_refs
from promptctl.adapters.git.rewritten import changed_tags, note_changed
from promptctl.adapters.git.tags import mirror_prefix
from promptctl.core.name import branch_fault
from promptctl.core.releases.tag import PREFIX

_PUSH = "push --porcelain --no-follow-tags --recurse-submodules=no".split()
_FETCH = "fetch --quiet --no-tags --prune --no-write-fetch-head --no-recurse-submodules".split()
_NOT_ATOMIC = "does not support --atomic push"
_NOT_LANDED = ("[rejected]", "[remote rejected]", "Could not read from remote repository", "unable to access")
"""What git says only before anything was sent, or when the remote itself told that it took nothing."""
_ELSEWHERE = "it was sent to another address than it is read from (pushurl), and is not there to be read"
_PROTECTED = re.compile("protected (?:branch|ref)|(?:pull|merge) request", re.IGNORECASE)
"""In what hosts say who take a change of a branch only by review: GitHub, GitLab, Gitea, Bitbucket, Azure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One ref to set on the remote: to ``new``, only if it still is ``old`` (None: only if it does not exist)."""

    ref: str
    new: str
    old: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """How a push ended: "done", "raced" (the remote has moved), "gone" (it lost a ref), "refused", or "unknown".

    ``already``: done, because the remote had all of it before this push. ``protected``: refused, because the host takes
    no direct push to the branch, so that trying again is in vain.
    """

    outcome: str
    said: str = ""
    already: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a fetch found: branches that the remote does not have (``absent``), and what its HEAD names, None where that
    names no branch. The commits are here."""

    absent: frozenset[str]
    head: Head | None


def remote_refs(git: Git, remote: str, *patterns: str) -> dict[str, str]:
    """Refs of the remote and the objects they name, peeled ones under ``ref^{}``. Raises OutsideError."""
    return {ref: object_id for object_id, ref in _listing(git, remote, patterns)}


def _listing(git: Git, remote: str, patterns: Sequence[str], *options: str) -> list[tuple[str, str]]:
    """The lines of ``ls-remote``: an object, or with ``--symref`` also ``ref: NAME``, and the ref that names it."""
    told = git.ask("ls-remote", *options, "--end-of-options", remote, *patterns).stdout
    lines = told.decode("utf-8", "surrogateescape").split("\n")
    return [(target, ref) for target, _, ref in (line.partition("\t") for line in lines if line)]


def fetch_shared(git: Git, remote: str, branches: Sequence[str], prompts: Sequence[str] | None = ()) -> Shared:
    """Brings branches and the release tags of some prompts (None: of all) as the remote has them now.

    Tags land in a mirror apart from this clone's tags, so that a moved tag is seen and not followed, a deleted one
    missed; both are noted first. Branches that the remote has lost or never had are left alone and returned. Raises
    OutsideError when the remote cannot be asked.
    """
    heads = {f"refs/heads/{branch}": f"refs/remotes/{remote}/{branch}" for branch in branches}
    patterns = ["*"] if prompts is None else [f"{name}@v*" for name in prompts]
    lines = _listing(git, remote, ["HEAD", *heads, *(PREFIX + pattern for pattern in patterns)], "--symref")
    there = {ref: target for target, ref in lines if not target.startswith("ref: ")}
    refspecs = [
        f"+{ref}:{target}" for ref, target in heads.items() if ref in there and commit_of(git, target) != there[ref]
    ]
    now, mirror = _tags(there, PREFIX), mirror_prefix(remote)
    if patterns and now != (before := _listed(git, mirror, prompts)):
        # A killed fetch leaves a note that is not true yet, and none is missing.
        note_changed(git, remote, changed_tags(_listed(git, PREFIX, prompts), before, now))
        refspecs += [f"+{PREFIX}{pattern}:{mirror}{pattern}" for pattern in patterns]
    head = _head(lines, there)
    if head and head.commit not in [there[ref] for ref in heads if ref in there] and not commit_of(git, head.commit):
        refspecs.append(head.commit)
    if refspecs:
        git.ask(*_FETCH, "--end-of-options", remote, *refspecs)
    absent = frozenset(ref.removeprefix("refs/heads/") for ref in heads if ref not in there)
    return Shared(absent=absent, head=head)


def _head(lines: Sequence[tuple[str, str]], there: Mapping[str, str]) -> Head | None:
    """What the remote's HEAD names. A name that settings could not have is none."""
    sign = "ref: refs/heads/"
    names = (target.removeprefix(sign) for target, ref in lines if ref == "HEAD" and target.startswith(sign))
    name = next((name for name in names if branch_fault(name) is None), None)
    return Head(name, there["HEAD"]) if name and "HEAD" in there else None


def _tags(refs: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Tag objects by the tags' names; peeled entries left out."""
    return {
        ref.removeprefix(prefix): object_id
        for ref, object_id in refs.items()
        if ref.startswith(prefix) and not ref.endswith("^{}")
    }


def _listed(git: Git, prefix: str, prompts: Sequence[str] | None) -> dict[str, str]:
    """Tag objects below a prefix, of some prompts or of all."""
    patterns = [prefix.rstrip("/")] if prompts is None else [f"{prefix}{name}@v*" for name in prompts]
    return _tags({ref.name: ref.object_id for ref in list_refs(git, *patterns)}, prefix)


def push(git: Git, remote: str, updates: Sequence[Update]) -> Pushed:
    """Sets refs on the remote, all or none, each only from the value it is known to have. A remote that cannot take
    several at once gets one after the other, up to the first that it does not take.

    After a failure the remote is asked what it has, since a failed push may have landed; one that it did not answer in
    time may land yet. It is asked as well where what is sent goes to another address. Runs the user's pre-push hook.
    """
    leases = [f"--force-with-lease={update.ref}:{update.old or ''}" for update in updates]
    refspecs = [f"{update.new}:{update.ref}" for update in updates]
    # Not every host can do what a single ref needs nobody to do.
    arguments = (*_PUSH, *(["--atomic"] if len(updates) > 1 else []), *leases, "--end-of-options", remote, *refspecs)
    try:
        ended = git.ask(*arguments, hooks=True, expected=tuple(range(-64, 256)))
    except GitSilent as silence:
        return _read_back(git, remote, updates, str(silence))
    told = ended.stdout.decode("utf-8", "replace")
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace") + told
        if _NOT_ATOMIC in said and len(updates) > 1:
            each = (push(git, remote, [update]) for update in updates)
            return next((done for done in each if done.outcome != "done"), Pushed(outcome="done"))
        return _after_failure(git, remote, updates, said)
    found = [line.startswith("=\t") for line in told.splitlines() if "\t" in line]
    done = _read_back(git, remote, updates, _ELSEWHERE) if _is_two(git, remote) else Pushed(outcome="done")
    return replace(done, already=bool(found) and all(found))


def _is_two(git: Git, remote: str) -> bool:
    """Whether what is sent goes to another address than what is read comes from."""
    return f"remote.{remote}.pushurl" in git.config or any(key.endswith(".pushinsteadof") for key in git.config)


def _read_back(git: Git, remote: str, updates: Sequence[Update], otherwise: str) -> Pushed:
    """Done, where the remote says that it has all of it now; else nobody knows, because of what ``otherwise`` says."""
    done = _after_failure(git, remote, updates, otherwise).outcome == "done"
    return Pushed(outcome="done") if done else Pushed(outcome="unknown", said=otherwise)


def _after_failure(git: Git, remote: str, updates: Sequence[Update], said: str) -> Pushed:
    reason = _reason(said)
    try:
        there = remote_refs(git, remote, *(update.ref for update in updates))
    except GitFailure:
        return Pushed(outcome="refused" if any(sign in said for sign in _NOT_LANDED) else "unknown", said=reason)
    if all(there.get(update.ref) == update.new for update in updates):
        return Pushed(outcome="done")
    if any(update.old and update.ref not in there for update in updates):
        return Pushed(outcome="gone", said=reason)
    moved = any(there.get(update.ref) != update.old for update in updates)
    protected = not moved and "[remote rejected]" in said and _PROTECTED.search(said) is not None
    return Pushed(outcome="raced" if moved else "refused", said=reason, protected=protected)


def _reason(said: str) -> str:
    """The line of a push's output that says why: the remote's own words first, a hook's last."""
    lines = [line.rpartition("\t")[2].strip() for line in said.splitlines() if line.strip()]
    for sign in ("remote: ", "[remote rejected]", "[rejected]", "fatal:"):
        found = next((line for line in lines if line.startswith(sign)), None)
        if found:
            return found
    return lines[0] if lines else "the push failed"


def fetch_objects(git: Git, remote: str, ref: str) -> None:
    """Brings what a ref of the remote names, and moves no ref here. Raises OutsideError."""
    git.ask("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--end-of-options", remote, ref)


def fetch_commit(git: Git, remote: str, wanted: str) -> None:
    """Brings one commit, named by its id or by a branch of the remote; into a shallow clone without its history.

    A branch lands where a fetch would put it. Raises OutsideError when the remote does not give it.
    """
    depth = ["--depth=1"] if git.shallow else []
    line = (word for word in _FETCH if word != "--prune")
    git.ask(*line, *depth, "--end-of-options", remote, _refspec(remote, wanted))


def fetch_commit_line(remote: str, wanted: str, *, shallow: bool) -> str:
    """The command that does the same."""
    refspec = shlex.quote(_refspec(remote, wanted))
    return f"git fetch --no-tags {'--depth=1 ' if shallow else ''}{shlex.quote(remote)} {refspec}"


def fetch_tags(git: Git, remote: str, refs: Sequence[str]) -> None:
    """Brings tags that this clone does not have; into a shallow clone without their history. Raises OutsideError."""
    depth = ["--depth=1"] if git.shallow else []
    line = (word for word in _FETCH if word != "--prune")
    git.ask(*line, *depth, "--end-of-options", remote, *(f"{ref}:{ref}" for ref in refs))


def fetch_tags_line(remote: str, refs: Sequence[str], *, shallow: bool) -> str:
    """The command that does the same."""
    refspecs = " ".join(shlex.quote(f"{ref}:{ref}") for ref in refs)
    return f"git fetch --no-tags {'--depth=1 ' if shallow else ''}{shlex.quote(remote)} {refspecs}"


def _refspec(remote: str, wanted: str) -> str:
    by_id = re.fullmatch("[0-9a-f]{40}([0-9a-f]{24})?", wanted)
    return wanted if by_id else f"+refs/heads/{wanted}:refs/remotes/{remote}/{wanted}"
