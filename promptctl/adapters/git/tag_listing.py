"""The release tags of prompts, here and as the remote last had them, each prompt listed once however often asked."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import list_refs, one_ref
from promptctl.adapters.git.tags import ReleaseTag, mirror_prefix, parsed_tags
from promptctl.core.releases.tag import PREFIX, tag_ref
from promptctl.core.releases.version import Version

_SINGLY = 20
"""Up to so many prompts are asked for by their prefixes; more are found in one listing of everything."""


class TagListing:
    """A cache for the length of one command; a fetch makes a new one necessary."""

    def __init__(self, git: Git, remote: str | None) -> None:
        self._git = git
        self._mirror = mirror_prefix(remote) if remote else None
        self._here: dict[str, tuple[ReleaseTag, ...]] = {}
        self._there: dict[str, tuple[ReleaseTag, ...]] = {}

    @cached_property
    def everything(self) -> tuple[tuple[ReleaseTag, ...], tuple[ReleaseTag, ...]]:
        """All release tags of this clone, and all of the remote as last fetched."""
        prefixes = [prefix for prefix in (PREFIX, self._mirror) if prefix]
        refs = list_refs(self._git, *(prefix.rstrip("/") for prefix in prefixes))
        return parsed_tags(refs, PREFIX), parsed_tags(refs, self._mirror) if self._mirror else ()

    def here(self, name: str) -> tuple[ReleaseTag, ...]:
        """The tags of a prompt in this clone."""
        self.expect([name])
        return self._here[name]

    def there(self, name: str) -> tuple[ReleaseTag, ...]:
        """The tags of a prompt on the remote, as last fetched; none without a remote."""
        self.expect([name])
        return self._there[name]

    def one(self, name: str, version: Version) -> ReleaseTag | None:
        """The tag of one version: this clone's or, where it has none, the remote's as last fetched; None without.

        When it was made is left out, unless all tags of the prompt were listed.
        """
        if name in self._here:
            return next((tag for tag in (*self._here[name], *self._there[name]) if tag.version == version), None)
        called = tag_ref(name, version).removeprefix(PREFIX)
        prefixes = [prefix for prefix in (PREFIX, self._mirror) if prefix]
        found = ((prefix, ref) for prefix in prefixes if (ref := one_ref(self._git, prefix + called)))
        return next((tag for prefix, ref in found for tag in parsed_tags([ref], prefix)), None)

    def expect(self, names: Collection[str]) -> None:
        """Lists several prompts at once, those that are not known yet, with one call of git."""
        missing = sorted(set(names) - self._here.keys())
        if not missing:
            return
        prefixes = [prefix for prefix in (PREFIX, self._mirror) if prefix]
        if len(missing) <= _SINGLY:
            patterns = [f"{prefix}{name}@v*" for prefix in prefixes for name in missing]
        else:
            patterns = [prefix.rstrip("/") for prefix in prefixes]
        refs = list_refs(self._git, *patterns)
        for found, prefix in ((self._here, PREFIX), (self._there, self._mirror)):
            found |= dict.fromkeys(missing, ())
            wanted = set(missing)
            for tag in parsed_tags(refs, prefix) if prefix else ():
                if tag.name in wanted:
                    found[tag.name] = (*found[tag.name], tag)
