"""Reads refs: one ``for-each-ref`` for any number of them."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.git.program import Git


@dataclass(frozen=True, slots=True)
class Ref:
    """A ref, the object it names, the commit that leads to (None: none), and when it was made (ISO 8601)."""

    name: str
    kind: str
    object_id: str
    commit: str | None
    made: str = ""


def list_refs(git: Git, *patterns: str, options: tuple[str, ...] = ()) -> tuple[Ref, ...]:
    """Every ref that matches one of the full-name patterns, sorted by name."""
    fields = ("refname", "objecttype", "objectname", "*objecttype", "*objectname", "creatordate:iso-strict")
    form = "--format=" + "%00".join(f"%({field})" for field in fields)
    listing = git.text("for-each-ref", form, *options, *patterns)
    return tuple(_ref(line) for line in listing.split("\n") if line)


def _ref(line: str) -> Ref:
    name, kind, object_id, peeled_kind, peeled, made = line.split("\0")
    commit = object_id if kind == "commit" else peeled if peeled_kind == "commit" else None
    return Ref(name, kind, object_id, commit, made)


def one_ref(git: Git, name: str) -> Ref | None:
    """The ref of exactly this full name as it is now, without when it was made; None when there is none."""
    found = git.find(name)
    if found is None:
        return None
    if found.kind != "tag":
        return Ref(name, found.kind, found.object_id, found.object_id if found.kind == "commit" else None)
    head = found.data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    commit = head[0].removeprefix("object ") if "type commit" in head[1:2] else None
    return Ref(name, found.kind, found.object_id, commit)


def commit_of(git: Git, revision: str) -> str | None:
    """The commit that a revision names, or None. Never lets a revision become an option.

    Raises GitFailure when git could not look.
    """
    found = git.find(revision + "^{commit}")
    return found.object_id if found and found.kind == "commit" else None


def current_branch(git: Git) -> str | None:
    """The checked-out branch's short name (also when it has no commit yet); None when HEAD is detached."""
    plain = _plain_head(git)
    if plain:
        return plain
    done = git.run("symbolic-ref", "--quiet", "HEAD", expected=(0, 1))
    name = done.stdout.decode("utf-8", "surrogateescape").strip()
    return name.removeprefix("refs/heads/") or None


def _plain_head(git: Git) -> str | None:
    """The branch that the file HEAD names, None where Git keeps that in another way, or HEAD names no branch."""
    head = git.directory / "HEAD"
    if head.is_symlink():
        return None
    try:
        text = head.read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    name = text.removeprefix("ref: refs/heads/").removesuffix("\n")
    # Where refs are kept in tables, the file names a branch that cannot exist.
    return name if name != text.removesuffix("\n") and not name.startswith(".") and name == name.strip() else None


def is_ancestor(git: Git, ancestor: str, commit: str) -> bool:
    """Whether ``commit`` contains ``ancestor``. In a shallow clone a "no" means "unknown"; callers check that."""
    return git.run("merge-base", "--is-ancestor", ancestor, commit, expected=(0, 1)).returncode == 0


def merge_base(git: Git, commit: str, *others: str) -> str | None:
    """The best common ancestor of ``commit`` and the merge of ``others``, or None."""
    done = git.run("merge-base", commit, *others, expected=(0, 1))
    return done.stdout.decode("ascii").split("\n")[0].strip() or None


def merge_bases(git: Git, commit: str, other: str) -> tuple[str, ...]:
    """Every best common ancestor of two commits, of which histories that cross have several."""
    return tuple(git.run("merge-base", "--all", commit, other, expected=(0, 1)).stdout.decode("ascii").split())


def last_before(git: Git, commit: str, seconds: int) -> str | None:
    """The newest commit on the first-parent line of ``commit`` made no later than ``seconds`` after 1970 began."""
    if seconds < 0:
        return None
    return git.text("log", "-1", "--first-parent", "--format=%H", f"--before=@{seconds} +0000", commit) or None
