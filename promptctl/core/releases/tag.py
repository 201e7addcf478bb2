"""Release tags: their names and their messages, each with a parser that is its inverse. Vectors in ``spec/tags``."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.name import name_fault
from promptctl.core.releases.version import Version, parse_version

PREFIX = "refs/tags/prompts/"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagMessage:
    """What a release tag's message witnesses."""

    digest: str
    path: str


def tag_name(name: str, version: Version) -> str:
    """``prompts/<name>@v<version>``."""
    return f"prompts/{name}@v{version}"


def tag_ref(name: str, version: Version) -> str:
    """The full ref of a release tag."""
    return f"refs/tags/{tag_name(name, version)}"


def parse_tag_ref(ref: str) -> tuple[str, Version] | None:
    """Name and version of a release tag's ref, or None for anything else."""
    name, at, spelled = ref.removeprefix(PREFIX).partition("@v")
    if not ref.startswith(PREFIX) or not at or name_fault(name):
        return None
    version = parse_version(spelled)
    return (name, version) if version else None


def message_text(name: str, version: Version, digest: str) -> str:
    """The message of a release tag."""
    return f"{name} {version}\n\nDigest: {digest}\nPath: prompts/{name}\n"


def parse_message(text: str) -> TagMessage | None:
    """The trailers of a release tag's message, or None when one is missing or stands twice."""
    trailers: dict[str, str] = {}
    for line in text.split("\n"):
        key, colon, value = line.partition(": ")
        if colon and key in ("Digest", "Path"):
            if key in trailers:
                return None
            trailers[key] = value.strip()
    if trailers.keys() != {"Digest", "Path"}:
        return None
    return TagMessage(digest=trailers["Digest"], path=trailers["Path"])
