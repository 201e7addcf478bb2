"""Release tags: read with all they claim, written against "must not exist"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from promptctl.adapters.git.objects import Objects
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import Ref, list_refs
from promptctl.adapters.git.signing import cannot_sign, sign
from promptctl.core.releases.tag import (
    PREFIX,
    TagMessage,
    message_text,
    parse_message,
    parse_tag_ref,
    tag_name,
    tag_ref,
)
from promptctl.core.releases.version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTag:
    """A release tag's ref and where it leads. ``commit`` is None when it leads to no commit."""

    name: str
    version: Version
    ref: str
    kind: str
    object_id: str
    commit: str | None
    made: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagClaim:
    """What the tag object says of itself; fields are None where it says nothing usable."""

    inner_name: str | None
    message: TagMessage | None


def release_tags(git: Git, options: tuple[str, ...] = ()) -> tuple[ReleaseTag, ...]:
    """All release tags, or those that ``options`` of Git leave: a prefix read, whatever else is tagged."""
    return parsed_tags(list_refs(git, PREFIX.rstrip("/"), options=options), PREFIX)


def mirror_prefix(remote: str) -> str:
    """Where the remote's release tags are kept as last fetched, apart from the tags of this clone."""
    return f"refs/promptctl/remote/{remote}/tags/prompts/"


def mirrored_tags(git: Git, remote: str) -> tuple[ReleaseTag, ...]:
    """All the remote's release tags as last fetched."""
    prefix = mirror_prefix(remote)
    return parsed_tags(list_refs(git, prefix.rstrip("/")), prefix)


def parsed_tags(refs: Iterable[Ref], prefix: str) -> tuple[ReleaseTag, ...]:
    """The release tags among refs below ``prefix``, in the order of names and versions, called as in a clone."""
    called = (replace(ref, name=PREFIX + ref.name.removeprefix(prefix)) for ref in refs if ref.name.startswith(prefix))
    parsed = ((ref, parse_tag_ref(ref.name)) for ref in called)
    found = [
        ReleaseTag(
            name=known[0],
            version=known[1],
            ref=ref.name,
            kind=ref.kind,
            object_id=ref.object_id,
            commit=ref.commit,
            made=ref.made,
        )
        for ref, known in parsed
        if known
    ]
    return tuple(sorted(found, key=lambda tag: (tag.name, tag.version.precedence)))


def read_claim(objects: Objects, tag: ReleaseTag) -> TagClaim:
    """The inner name and message of a tag object; a lightweight tag claims nothing."""
    return _claim(objects.read(tag.object_id))


def read_claims(objects: Objects, tags: Sequence[ReleaseTag]) -> Iterator[tuple[ReleaseTag, TagClaim]]:
    """The same of many tags, asked for at once."""
    found = objects.read_all([tag.object_id for tag in tags])
    return ((tag, _claim(read)) for tag, read in zip(tags, found, strict=True))


def _claim(found: tuple[str, bytes] | None) -> TagClaim:
    if not found or found[0] != "tag":
        return TagClaim(inner_name=None, message=None)
    head, _, body = found[1].decode("utf-8", "replace").partition("\n\n")
    fields = dict(line.split(" ", 1) for line in head.split("\n") if " " in line)
    return TagClaim(inner_name=fields.get("tag"), message=parse_message(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTag:
    """A release to tag: at which commit, and the digest its message names."""

    name: str
    version: Version
    commit: str
    digest: str


def sign_tags(git: Git, tags: Sequence[NewTag]) -> None:
    """Makes signed release tags, one after the other, by the user's Git configuration.

    Raises StateError where Git cannot sign, GitFailure when one of them exists already; those before it are made.
    """
    for tag in tags:
        sign(git, partial(_signed, git, tag))


def _signed(git: Git, tag: NewTag) -> str:
    """Makes one tag. Git may make it all the same where it cannot sign: such a tag is taken away again."""
    text, ref = message_text(tag.name, tag.version, tag.digest), tag_ref(tag.name, tag.version)
    line = ("tag", "-s", "--cleanup=verbatim", "-F", "-", tag_name(tag.name, tag.version), tag.commit)
    git.run(*line, stdin=text.encode())
    made = git.find(ref)
    if made is None or made.data.decode("utf-8", "replace").endswith(text):
        git.run("update-ref", "-d", ref)
        raise cannot_sign(git)
    return made.object_id


def create_tags(git: Git, tags: Sequence[NewTag], tagger: str) -> None:
    """Makes annotated release tags, any number with two processes. ``tagger`` is as ``git var`` prints it.

    Raises GitFailure when one of them exists already; then none is made. A killed run may have made some.
    """
    import tempfile

    folder = git.common_directory / "promptctl"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="tags-") as kept:
        files = [Path(kept) / str(number) for number in range(len(tags))]
        for file, tag in zip(files, tags, strict=True):
            head = f"object {tag.commit}\ntype commit\ntag {tag_name(tag.name, tag.version)}\ntagger {tagger}\n"
            text = f"{head}\n{message_text(tag.name, tag.version, tag.digest)}"
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
        paths = "".join(f"{file}\n" for file in files).encode("utf-8", "surrogateescape")
        made = git.run("hash-object", "-t", "tag", "-w", "--no-filters", "--stdin-paths", stdin=paths).stdout
    lines = [
        f"create {tag_ref(tag.name, tag.version)} {object_id}\n"
        for tag, object_id in zip(tags, made.decode("ascii").split(), strict=True)
    ]
    git.run("update-ref", "-m", "promptctl: release", "--stdin", stdin="".join(lines).encode())
