"""``hash``: the digest of a prompt and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.workflows.resolve import Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """A digest and, where it is asked for, what it is made of."""

    resolved: Resolved

    @property
    def parts(self) -> Mapping[str, str]:
        """The digest of each part and partial."""
        from promptctl.core.prompts.canonical import parts

        return parts(self.resolved.closure)

    @property
    def form(self) -> str:
        """The canonical form that the digest is of."""
        from promptctl.core.models.request import compact_json
        from promptctl.core.prompts.canonical import canonical

        return compact_json(canonical(self.resolved.closure))


def hash_prompt(repository: Repository, reference: str) -> Hashed:
    """The digest of what a reference means. Raises what ``resolve`` raises."""
    return Hashed(resolved=resolve(repository, reference))
