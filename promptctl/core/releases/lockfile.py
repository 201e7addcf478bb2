"""``prompts/prompts.lock``: version and digest the team agreed on, and every release ever made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.files.strict_json import strict_json
from promptctl.core.releases.version import Version, version
from promptctl.errors import DocumentError, Place, Problem

PATH = "prompts/prompts.lock"
FORMAT = 1
EMPTY = f'{{"format": {FORMAT}, "prompts": {{}}}}\n'
MALFORMED = "PC016"
_MARKER = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)


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

    def to_dict(self) -> dict[str, Any]:
        """The entry as the file has it."""
        written: dict[str, Any] = {"version": str(self.version), "digest": self.digest, "parts": dict(self.parts)}
        written["releases"] = {str(key): digest for key, digest in self.releases.items()}
        written |= {"retired": {str(key): why for key, why in self.retired.items()}} if self.retired else {}
        return written | ({"breaking": True} if self.breaking else {})

    @property
    def agreed(self) -> tuple[str, str, bool]:
        """Version and digest, and whether this is among the releases, as it should be."""
        return str(self.version), self.digest, self.releases.get(self.version) == self.digest

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
        return lock_text([entry_block(name, self.prompts[name]) for name in sorted(self.prompts)])


def lock_text(blocks: Sequence[str]) -> str:
    """The file of these entries, each as ``entry_block`` spells it."""
    body = "\n" + ",\n".join(blocks) if blocks else ""
    return f'{{"format": {FORMAT}, "prompts": {{{body}}}}}\n'


def entry_block(name: str, entry: LockEntry) -> str:
    """The lines of one prompt in the file."""
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


def parse_lock(text: str, file: str = PATH, *, sound: bool = False) -> Lockfile:
    """The lock that ``text`` spells. Raises DocumentError: merge markers, duplicate keys, NaN, unknown shape.

    ``sound``: the same text was found without a fault before.
    """
    if sound:
        return Lockfile(_Entries(json.loads(text)["prompts"]))
    try:
        value = strict_json(text)
    except ValueError as error:
        if marker := _MARKER.search(text):
            place = Place(file, text.count("\n", 0, marker.start()) + 1)
            raise _malformed("the lock holds merge conflict markers", place) from None
        raise _malformed(f"the lock is not valid JSON: {error}", Place(file, getattr(error, "lineno", None))) from None
    document = Document(file, value, {}, text)
    schema.check(document, "lock")
    entries = value["prompts"].values()
    for spelled in {
        key for entry in entries for key in (entry["version"], *entry["releases"], *entry.get("retired", ()))
    }:
        version(spelled)
    return Lockfile(_Entries(value["prompts"]))


class _Entries(Mapping[str, LockEntry]):
    """The entries of a lock that was checked, each made when it is asked for."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self._written, self._made = written, dict[str, LockEntry]()

    def __getitem__(self, name: str) -> LockEntry:
        if name not in self._made:
            self._made[name] = lock_entry(self._written[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


def _malformed(message: str, place: Place) -> DocumentError:
    return DocumentError((Problem(MALFORMED, message, place, "promptctl lock"),))


def lock_entry(written: Mapping[str, Any]) -> LockEntry:
    """One prompt's entry, as the file has it."""
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
