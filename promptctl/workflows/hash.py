"""``hash``: the digest of a prompt and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.core import canonical
from promptctl.core.request import compact_json
from promptctl.workflows.resolve import Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """``parts`` are digests by part and partial; ``form`` is the canonical form, whose digest ``resolved`` has."""

    resolved: Resolved
    parts: Mapping[str, str]
    form: str


def hash_prompt(repository: Repository, reference: str) -> Hashed:
    """The digest of what a reference means. Raises what ``resolve`` raises."""
    resolved = resolve(repository, reference)
    form = compact_json(canonical.canonical(resolved.closure))
    return Hashed(resolved=resolved, parts=canonical.parts(resolved.closure), form=form)
