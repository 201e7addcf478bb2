"""Who commits, as Git's own configuration says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from promptctl.adapters.git.program import Git, GitFailure
from promptctl.errors import StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``person`` is ``Name <email>``; ``stamped`` adds seconds and zone, as commits and tags spell it."""

    person: str
    email: str
    stamped: str


def committer(git: Git) -> Identity:
    """The committer. Raises StateError with the two configuration lines when Git knows none."""
    try:
        stamped = git.text("var", "GIT_COMMITTER_IDENT")
    except GitFailure:
        hint = 'git config user.name "Your Name" && git config user.email you@example.org'
        raise StateError("PC095", "Git does not know who you are", hint=hint) from None
    person, email = re.sub(r" \d+ [-+]\d{4}$", "", stamped), re.search(r"<([^<>]*)>", stamped)
    return Identity(person=person, email=email[1] if email else "", stamped=stamped)
