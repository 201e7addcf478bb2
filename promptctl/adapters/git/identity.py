"""Who commits, as Git's own configuration says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.program import Git, environment
from promptctl.errors import StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``person`` is ``Name <email>``; ``stamped`` adds seconds and zone, as commits and tags spell it."""

    person: str
    name: str
    email: str
    stamped: str


def committer(git: Git) -> Identity:
    """The committer. Raises StateError with the two configuration lines when Git knows none."""
    try:
        stamped = git.committer
    except GitFailure:
        hint = 'git config user.name "Your Name" && git config user.email you@example.org'
        raise StateError("PC095", "Git does not know who you are", hint=hint) from None
    person, email = re.sub(r" \d+ [-+]\d{4}$", "", stamped), re.search(r"<([^<>]*)>", stamped)
    name = person.partition(" <")[0]
    return Identity(person=person, name=name, email=email[1] if email else "", stamped=stamped)


def author_variables(git: Git) -> dict[str, str]:
    """What lets a commit be made: nothing more where Git knows an author, else the committer as its author.

    Raises StateError when Git knows no committer.
    """
    person = committer(git)
    if _names_author(git) or git.run("var", "GIT_AUTHOR_IDENT", expected=(0, 128)).returncode == 0:
        return {}
    return {"GIT_AUTHOR_NAME": person.name, "GIT_AUTHOR_EMAIL": person.email}


def _names_author(git: Git) -> bool:
    """Whether the environment or the configuration says who writes here, so that Git need not be asked."""
    said = environment()
    parts = (said.get(f"GIT_AUTHOR_{part.upper()}") or git.config.get(f"user.{part}", "") for part in ("name", "email"))
    return all(any(letter.isalnum() for letter in part) for part in parts)
