"""``prompts/prompts.lock``: version and digest the team agreed on, and every release ever made."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from promptctl.core import schema
from promptctl.core.document import Document
from promptctl.core.strict_json import strict_json
from promptctl.core.version import Version, version
from promptctl.errors import DocumentError, Place, Problem

PATH = "prompts/prompts.lock"
FORMAT = 1
EMPTY = f'{{"format": {FORMAT}, "prompts": {{}}}}\n'
MALFORMED = "PC016"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """One prompt: what is agreed now, the digests of its parts, its releases, and which of them are withdrawn.

    ``breaking`` says that ``version`` breaks callers below a major step, and that this is meant.
    """

    version: Version
    digest: str
    parts: Mapping[str, str]
    releases: Mapping[Version, str]
    retired: Mapping[Version, str] = field(default_factory=dict)
    breaking: bool = False

    def has(self, version: Version, digest: str | None) -> bool:
        """Whether this is a release of these bytes."""
        return digest is not None and self.releases.get(version) == digest


@dataclass(frozen=True, slots=True)
class Lockfile:
    """Entries by prompt name."""

    prompts: Mapping[str, LockEntry] = field(default_factory=dict)

    def release_digest(self, name: str, wanted: Version) -> str | None:
        """The digest this lock witnesses for a release, or None when it knows no such release."""
        entry = self.prompts.get(name)
        return entry.releases.get(wanted) if entry else None

    def retired(self, name: str, wanted: Version) -> str | None:
        """Why a version is withdrawn, or None."""
        entry = self.prompts.get(name)
        return entry.retired.get(wanted) if entry else None

    def with_entry(self, name: str, entry: LockEntry) -> Lockfile:
        return replace(self, prompts={**self.prompts, name: entry})

    def joined(self, other: Lockfile) -> Lockfile:
        """This lock with the prompts that only ``other`` has, and with what ``other`` withdrew of the same releases."""
        entries = {**other.prompts, **self.prompts}
        for name in self.prompts.keys() & other.prompts.keys():
            ours, theirs = self.prompts[name], other.prompts[name]
            same = {key: text for key, text in theirs.retired.items() if ours.has(key, theirs.releases.get(key))}
            entries[name] = replace(ours, retired={**same, **ours.retired})
        return Lockfile(entries)

    def to_text(self) -> str:
        """The file: a prompt a block, a line a release, so that two branches meet only where they disagree."""
        blocks = [_block(name, self.prompts[name]) for name in sorted(self.prompts)]
        body = "\n" + ",\n".join(blocks) if blocks else ""
        return f'{{"format": {FORMAT}, "prompts": {{{body}}}}}\n'


def _block(name: str, entry: LockEntry) -> str:
    releases = ",\n".join(f'      "{key}": "{entry.releases[key]}"' for key in ordered(entry.releases))
    lines = [
        f"  {json.dumps(name)}: {{",
        f'    "version": "{entry.version}", "digest": "{entry.digest}",',
        f'    "parts": {json.dumps(dict(entry.parts), ensure_ascii=False)},',
        '    "releases": {\n' + releases + "}",
    ]
    if entry.retired:
        retired = {str(key): entry.retired[key] for key in ordered(entry.retired)}
        lines[-1] += ","
        lines.append(f'    "retired": {json.dumps(retired, ensure_ascii=False)}')
    if entry.breaking:
        lines[-1] += ","
        lines.append('    "breaking": true')
    return "\n".join(lines) + "}"


def ordered(versions: Mapping[Version, Any]) -> list[Version]:
    """Versions in SemVer order."""
    return sorted(versions, key=lambda found: found.precedence)


def parse_lock(text: str, file: str = PATH) -> Lockfile:
    """The lock that ``text`` spells. Raises DocumentError: merge markers, duplicate keys, NaN, unknown shape."""
    marker = re.search(r"^(<{7}|={7}|>{7})( |$)", text, re.MULTILINE)
    if marker:
        place = Place(file, text.count("\n", 0, marker.start()) + 1)
        raise _malformed("the lock holds merge conflict markers", place)
    try:
        value = strict_json(text)
    except ValueError as error:
        raise _malformed(f"the lock is not valid JSON: {error}", Place(file, getattr(error, "lineno", None))) from None
    document = Document(file, value, {}, text)
    schema.check(document, "lock")
    prompts = {name: _entry(written) for name, written in value["prompts"].items()}
    return Lockfile(prompts)


def _malformed(message: str, place: Place) -> DocumentError:
    return DocumentError((Problem(MALFORMED, message, place, "promptctl lock"),))


def _entry(written: Mapping[str, Any]) -> LockEntry:
    return LockEntry(
        version=version(written["version"]),
        digest=written["digest"],
        parts=written["parts"],
        releases={version(key): digest for key, digest in written["releases"].items()},
        retired={version(key): reason for key, reason in written.get("retired", {}).items()},
        breaking=written.get("breaking", False),
    )


def newest(releases: Mapping[Version, str], *, stable: bool = False) -> Version | None:
    """The highest version, or the highest stable one."""
    known = [found for found in ordered(releases) if found.stable or not stable]
    return known[-1] if known else None
